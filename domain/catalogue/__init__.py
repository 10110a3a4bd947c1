"""What a clinic starts with: the catalogue of every clinic, and the people of the demo's two.

The words and numbers are YAML beside this file; the loader writes them into one clinic, again without harm.
It stands at the top of the domain, since it fills the tables of many nouns.
"""

from domain.catalogue.exporting import export_clinic
from domain.catalogue.service import (
    add_clinic,
    demo_clinic,
    demo_clinics,
    import_clinic,
    load_catalogue,
    load_demo,
    starting_catalogue,
)

__all__ = [
    "add_clinic",
    "demo_clinic",
    "demo_clinics",
    "export_clinic",
    "import_clinic",
    "load_catalogue",
    "load_demo",
    "starting_catalogue",
]

"""Is the Thai catalogue complete and right? `python -m tests.architecture.translations`, part of `make check`.

Prints one line for each problem and exits with 1; silent when all is well. After a message was added or changed,
`--update` writes the catalogue anew: translations stay, new messages come in empty, to be translated, and those
that the code no longer has go.
"""

from __future__ import annotations

import argparse
import ast
import string
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from handlers.words import LOCALES
from tests.architecture.extraction import ROOT, faults, messages, sources

LANGUAGE: Final = "th"
CATALOGUE: Final = LOCALES / LANGUAGE / "LC_MESSAGES" / "messages.po"


def template(trees: Iterable[tuple[str, ast.Module]]) -> Catalog:
    """Every message of the code, untranslated, with the files it stands in."""
    found = Catalog()
    for path, tree in trees:
        for message in messages(tree):
            found.add(message, locations=[(path, 0)])
    return found


def read(path: Path = CATALOGUE) -> Catalog:
    """The catalogue as it is. PoFileError for one that is not well formed."""
    with path.open("rb") as source:
        return read_po(source, locale=LANGUAGE, abort_invalid=True)


def problems(wanted: Catalog, catalogue: Catalog) -> Iterator[str]:
    """What is wrong with a catalogue, against the messages that the code has: one line each."""
    for message in _entries(wanted):
        known = catalogue.get(message.id)
        if known is None or known.id != message.id:
            yield f"missing: {_title(message)}"
    for message in _entries(catalogue):
        texts = _texts(message.string)
        if message.id not in wanted:
            yield f"obsolete, the code has no such message: {_title(message)}"
        elif not all(texts):
            yield f"not translated: {_title(message)}"
        elif message.fuzzy:
            yield f"fuzzy, so people see English: {_title(message)}"
        else:
            yield from _field_problems(message)
    for message in catalogue.obsolete.values():
        yield f"obsolete, marked as such in the file: {_title(message)}"


def check() -> Iterator[str]:
    """All problems of the project as it stands: in the code, then in the catalogue."""
    trees = list(sources())
    for path, tree in trees:
        for line, fault in faults(tree):
            yield f"{path}:{line}: {fault}"
    file = CATALOGUE.relative_to(ROOT)
    try:
        catalogue = read()
    except (OSError, PoFileError) as error:
        yield f"{file}: {error}"
        return
    for problem in problems(template(trees), catalogue):
        yield f"{file}: {problem}"


def update(path: Path = CATALOGUE) -> None:
    """Write the catalogue with exactly the messages of the code, keeping what is translated."""
    catalogue = read(path)
    catalogue.update(template(sources()), no_fuzzy_matching=True, update_creation_date=False)
    with path.open("wb") as target:
        write_po(target, catalogue, width=110, sort_by_file=True, include_lineno=False, ignore_obsolete=True)


def fields(text: str) -> set[str]:
    """The {fields} of a message."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _field_problems(message: Message) -> Iterator[str]:
    *_, wanted = _texts(message.id)  # of a plural form, that for many
    for text in _texts(message.string):
        try:
            differing = fields(text) ^ fields(wanted)
        except ValueError as error:
            yield f"{error}: {_title(message)}"
            continue
        if differing:
            yield f"only one side has {{{'}, {'.join(sorted(differing))}}}: {_title(message)}"


def _entries(catalogue: Catalog) -> Iterator[Message]:
    """Messages without the header, whose id is empty."""
    return (message for message in catalogue if message.id)


def _texts(either: str | Iterable[str] | None) -> tuple[str, ...]:
    return (either or "",) if isinstance(either, str | None) else tuple(either)


def _title(message: Message) -> str:
    return repr(_texts(message.id)[0])


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Check the Thai catalogue against the messages of the code.")
    parser.add_argument("--update", action="store_true", help="write the catalogue anew, keeping translations")
    if parser.parse_args().update:
        update()
    sys.exit("\n".join(check()) or None)


if __name__ == "__main__":
    main()

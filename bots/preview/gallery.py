"""Writing the gallery: one page a noun and an index, each complete in one file that opens without any server.

The scripts are those of the demo's page. Since a browser lets no file load another one as a module, they go into
the page itself, under names of an import map; `api.js`, which asks the program for things, gives way to one that
has the pictures.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from string import Template
from typing import Any

from bots.preview.phones import data_uri, phones
from bots.simulator.page import FONT, STATIC
from handlers.examples import Example

OWN = Path(__file__).parent / "static"
SCRIPTS = ("bubble.js", "dom.js", "flex.js", "telegram.js", "words.js")
STYLES = ("phones.css", "phone.css", "chat.css")
FONT_ADDRESS = "/simulator/font.ttf"
_IMPORTED = re.compile(r'from "\./(\w+\.js)"')


def write(
    directory: Path, examples: Sequence[Example], languages: Sequence[str], channels: Sequence[str]
) -> list[Path]:
    """Write the pages of these examples into `directory` and return them, the index first."""
    directory.mkdir(parents=True, exist_ok=True)
    nouns = {noun: list(found) for noun, found in groupby(examples, lambda example: example.noun)}
    index = directory / "index.html"
    index.write_text(_page("Gallery", "\n".join(_contents(nouns)), {}, {}), "utf-8")
    written = [index]
    for noun, found in nouns.items():
        pictures: dict[str, str] = {}
        shown = [_shown(example, languages, channels, pictures) for example in found]
        page = directory / f"{noun}.html"
        page.write_text(
            _page(noun, '<nav><a href="index.html">Gallery</a></nav>', {"examples": shown}, pictures), "utf-8"
        )
        written.append(page)
    return written


def _shown(
    example: Example, languages: Sequence[str], channels: Sequence[str], pictures: dict[str, str]
) -> dict[str, Any]:
    """One example for the page; its pictures are added to `pictures`."""
    seen = phones(example, languages, channels)
    for phone in seen:
        pictures.update({address: data_uri(picture) for address, picture in phone.pictures.items()})
    return {"kind": example.kind, "title": example.title, "phones": [phone.to_json() for phone in seen]}


def _contents(nouns: dict[str, list[Example]]) -> Iterator[str]:
    for noun, found in nouns.items():
        lines = "".join(f"<li>{escape(each.kind)}: {escape(each.title)}</li>" for each in found)
        yield f'<section class="noun"><h2><a href="{noun}.html">{noun}</a></h2><ul>{lines}</ul></section>'


def _page(title: str, body: str, gallery: dict[str, Any], pictures: dict[str, str]) -> str:
    sources = {name: (STATIC / name).read_text("utf-8") for name in SCRIPTS}
    sources["api.js"] = (OWN / "pictures.js").read_text("utf-8")
    styles = "\n".join((STATIC / name).read_text("utf-8") for name in STYLES)
    font = "data:font/ttf;base64," + base64.b64encode(FONT.read_bytes()).decode()
    return Template((OWN / "page.html").read_text("utf-8")).substitute(
        title=escape(title),
        body=body,
        styles=styles.replace(FONT_ADDRESS, font) + (OWN / "gallery.css").read_text("utf-8"),
        imports=_json({"imports": {f"aura/{name}": _module(source) for name, source in sources.items()}}),
        gallery=_json(gallery),
        pictures=_json(pictures),
        script=_IMPORTED.sub(r'from "aura/\1"', (OWN / "gallery.js").read_text("utf-8")),
    )


def _module(source: str) -> str:
    named = _IMPORTED.sub(r'from "aura/\1"', source)
    return "data:text/javascript;base64," + base64.b64encode(named.encode()).decode()


def _json(data: object) -> str:
    """JSON that cannot end the script it stands in."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")

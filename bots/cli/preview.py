"""`aura preview`: write the gallery of every card, in both languages, as LINE and as Telegram would show it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from bots.cli.context import fail, settings, show
from bots.preview.gallery import write
from bots.preview.phones import CHANNELS
from handlers.examples import examples
from handlers.words import LANGUAGES


def preview(
    out: Annotated[Path | None, typer.Option(help="Where to; default: preview in AURA_DATA_DIR.")] = None,
    only: Annotated[str, typer.Option(help="One noun.")] = "",
    language: Annotated[str, typer.Option(help="th or en; default: both.")] = "",
    channel: Annotated[str, typer.Option(help="line or telegram; default: both.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a page for each noun with an example of every card. Needs no database and no account."""
    found = [example for example in examples() if only in ("", example.noun)]
    _known("noun", only, {example.noun for example in examples()})
    _known("language", language, LANGUAGES)
    _known("channel", channel, CHANNELS)
    directory = out or settings().data_dir / "preview"
    try:
        pages = write(directory, found, [language] if language else LANGUAGES, [channel] if channel else [*CHANNELS])
    except OSError as error:
        fail(f"{directory}: {error.strerror}")
    index = pages[0].resolve()
    data = {"index": str(index), "pages": [str(page) for page in pages], "examples": len(found)}
    show(data, as_json, f"{len(found)} examples: {index.as_uri()}")


def _known(what: str, chosen: str, known: Iterable[str]) -> None:
    names = sorted(known)
    if chosen and chosen not in names:
        fail(f"there is no {what} {chosen}; there are: {', '.join(names)}")

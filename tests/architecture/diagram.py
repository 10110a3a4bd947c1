"""Draws the journey from its table: `python -m tests.architecture.diagram --update` writes it into docs/journey.md.

The words around the drawing are written by hand; what stands between the two marks comes from
`domain/workflow/rules.TRANSITIONS`. Without `--update` it says whether the page is current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from domain.workflow.model import Stage, Transition
from domain.workflow.rules import TRANSITIONS

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "journey.md"
BEGIN: Final = "<!-- drawn by tests/architecture/diagram.py -->"
END: Final = "<!-- end of the drawing -->"
ORDER: Final = ("customer", "beautician", "doctor", "sales", "manager", "system")


def drawing() -> str:
    """The diagram and the table of moves."""
    return "\n".join(("```mermaid", *_diagram(), "```", "", *_table()))


def page() -> str:
    """docs/journey.md with the drawing of now."""
    text = PAGE.read_text("utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{drawing()}\n\n{END}{after}"


def _diagram() -> Iterator[str]:
    """Every move that changes the stage; arrows between the same two stages share one line."""
    yield "stateDiagram-v2"
    arrows: dict[tuple[str, str], list[str]] = {}
    for move in TRANSITIONS:
        for source in move.sources:
            if source is not move.target:
                arrows.setdefault((source or "[*]", move.target), []).append(f"{move.id} {move.action}")
    for (before, after), labels in arrows.items():
        yield f"    {before} --> {after}: {', '.join(labels)}"
    for end in (Stage.CLOSED, Stage.CANCELLED):
        yield f"    {end} --> [*]"


def _table() -> Iterator[str]:
    yield "| Id | Action | From | To | Who |"
    yield "|---|---|---|---|---|"
    rows: dict[tuple[str, str, str, str], list[str]] = {}
    for move in TRANSITIONS:
        for source in move.sources:
            stays = source is move.target
            key = (move.id, move.action, "the same" if stays else str(move.target), _who(move))
            rows.setdefault(key, []).append(source or "–")
    for (number, action, target, who), sources in rows.items():
        yield f"| {number} | {action} | {', '.join(sources)} | {target} | {who} |"


def _who(move: Transition) -> str:
    return ", ".join(role for role in ORDER if role in move.roles)


if __name__ == "__main__":
    current = page()
    if "--update" in sys.argv[1:]:
        PAGE.write_text(current, "utf-8")
    elif current != PAGE.read_text("utf-8"):
        sys.exit("docs/journey.md is not current: run python -m tests.architecture.diagram --update")

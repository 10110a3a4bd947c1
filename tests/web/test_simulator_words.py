"""The page's own words keep up with the domain: every code that the strip can show has words in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import domain
from bots.simulator import page
from domain.tasks.model import TaskState
from domain.workflow.model import Stage

WORDS = (page.STATIC / "words.js").read_text(encoding="utf-8")
RECORDED = re.compile(r"unit\.record\(\s*([^,]+),")
OUTBOX = ("pending", "sending", "sent", "refused", "unknown", "dropped")


def facts() -> set[str]:
    """The kinds of the facts that the domain records, read from its sources."""
    kinds: set[str] = set()
    for source in Path(domain.__file__).parent.rglob("*.py"):
        for kind in RECORDED.findall(source.read_text(encoding="utf-8")):
            kinds.update(re.findall(r'"([a-z_{}.]+)"', kind))
    joined = "{target.hat}_joined"
    return kinds - {joined} | {joined.replace("{target.hat}", hat) for hat in ("staff", "customer")}


def test_every_code_on_the_strip_has_words_in_both_languages() -> None:
    kinds = facts()
    assert {"treatment_completed", "consent_withdrawn", "lead_created", "staff_joined"} <= kinds
    for code in (*kinds, *Stage, *TaskState, *OUTBOX):
        assert re.search(rf'\b{code}: \["[^"]+", "[^"]+"\]', WORDS), code

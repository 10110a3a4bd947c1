"""The Thai catalogue and the check that guards it: the check is green here, and red for each fault it names."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from bots.line.limits import FLEX_LABEL, QUICK_LABEL
from domain.tasks.rules import check_note
from handlers.approvals import METHODS
from handlers.leads import SOURCES
from handlers.permissions import COMMANDS
from handlers.routes import ROUTES
from handlers.task_words import NOTES
from handlers.words import Words
from tests.architecture.extraction import faults, messages, sources
from tests.architecture.translations import CATALOGUE, check, problems, read, template, update

PRODUCTS = {"LINE", "Telegram", "Facebook", "Instagram", "PromptPay", "QR", "SPF"}
"""Words that Thai writes in Latin letters."""

THAI, ENGLISH = Words("th"), Words("en")


def translations() -> Iterator[tuple[str, str]]:
    """Every message (for many, of a plural) and its Thai text."""
    for message in read():
        if message.id:
            ids = (message.id,) if isinstance(message.id, str) else message.id
            texts = (message.string,) if isinstance(message.string, str) else message.string or ()
            yield from ((ids[-1], text) for text in texts)


def test_catalogue_and_code_agree() -> None:
    assert list(check()) == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ('talk.t(f"Hello {name}")', "t() cannot look this up"),
        ('talk.t("Hello %s" % name)', "t() cannot look this up"),
        ('talk.t("Hello {n}".format(n=name))', "t() cannot look this up"),
        ('talk.t("Hello " + name)', "t() cannot look this up"),
        ("talk.t(text)", "t() cannot look this up"),
        ("def f(words, facts):\n    text = facts['text']\n    return words.t(text)", "t() cannot look this up"),
        ("words.t(row.reason)", "t() cannot look this up"),
        ('words.n("one", many, 2)', "n() takes two literals"),
        ("N_(text)", "N_() marks literals only"),
        ('NAMES = {"a": N_("A"), "b": "Forgotten"}', "N_() is missing in NAMES"),
        ('talk.say("Hello")', "shown without t()"),
        ('Card(title=f"Hello {name}")', "shown without t()"),
        ('Card(rows=(("Name", name),))', "shown without t()"),
        ('Button("Go on", action)', "shown without t()"),
        ('Choice("Yes", "yes")', "shown without t()"),
    ],
)
def test_words_the_catalogue_cannot_hold_are_found(code: str, fault: str) -> None:
    assert fault in "".join(text for _, text in faults(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        'talk.t("Hello {name}", name=name)',
        'talk.t("Hello," " you")',
        'talk.t(N_("Hello"))',
        "words.t(ROLE_NAMES[role])",
        'words.t(TITLES.get(state, N_("Task closed")))',
        "def say(message):\n    return words.t(message)",
        "words.t(command.title)",
        "def f():\n    for code, label in SOURCES.items():\n        words.t(label)",
        "[words.t(note) for note in NOTES]",
        'def f():\n    why = REASONS.get(a) or KINDS.get(b) or N_("Points")\n    words.t(why)',
        'words.n("{count} point", "{count} points", 2)',
        'NAMES = {"line": N_("LINE"), Stage.LEAD: (N_("New"), "accept_by")}',
        'Card(text="กรุณาเลือกภาษา · Please choose a language")',
        'Card(text=f"{a} · {b}", rows=((talk.t("Name"), facts["name"]),))',
        'Choice(talk.t("Yes"), "yes")',
    ],
)
def test_what_the_catalogue_can_hold_passes(code: str) -> None:
    assert list(faults(ast.parse(code))) == []


def test_messages_are_found_wherever_they_stand() -> None:
    code = 'w.t(TITLES.get(s, N_("a")), by=w.t("b")); w.t(M[d["key"]]); w.n("c", "cs", 2); {"k": N_("d")}; x.get("e")'
    assert {*messages(ast.parse(code))} == {"a", "b", ("c", "cs"), "d"}


def test_each_problem_of_a_catalogue_is_named() -> None:
    wanted, catalogue = Catalog(), Catalog(locale="th")
    for text in ("missing", "empty", "fuzzy", "{name} left", "broken {brace}", ("{count} dot", "{count} dots")):
        wanted.add(text)
    catalogue.add("empty", "")
    catalogue.add("fuzzy", "ไม่แน่ใจ", flags=["fuzzy"])
    catalogue.add("{name} left", "คุณ{nam} ออก")
    catalogue.add("broken {brace}", "พัง {brace")
    catalogue.add(("{count} dot", "{count} dots"), ("จุด",))
    catalogue.add("obsolete", "เก่า")
    found = "\n".join(problems(wanted, catalogue))
    for expected in (
        "missing: 'missing'",
        "not translated: 'empty'",
        "fuzzy, so people see English: 'fuzzy'",
        "only one side has {nam}, {name}: '{name} left'",
        "expected '}' before end of string: 'broken {brace}'",
        "only one side has {count}: '{count} dot'",
        "the code has no such message: 'obsolete'",
    ):
        assert expected in found
    assert len(found.splitlines()) == 7


def test_updating_keeps_what_is_translated(tmp_path: Path) -> None:
    copy = tmp_path / "messages.po"
    shutil.copy(CATALOGUE, copy)
    text = copy.read_text("utf-8")
    copy.write_text(text.replace('msgid "Accept"', 'msgid "Gone"') + '\n#~ msgid "x"\n#~ msgstr "y"\n', "utf-8")
    update(copy)
    updated = read(copy)
    assert "Gone" not in updated
    assert not updated.obsolete
    assert "not translated: 'Accept'" in problems(template(sources()), updated)
    before, after = ({m.id: m.string for m in catalogue if m.id} for catalogue in (read(), updated))
    assert {text for text in before if before[text] != after[text]} == {"Accept"}
    once = copy.read_bytes()
    update(copy)
    assert copy.read_bytes() == once


def test_thai_is_thai() -> None:
    allowed = PRODUCTS | {f"/{name}" for name in ROUTES.commands}
    for _, thai in translations():
        rest = re.sub(r"\{[^}]*\}", "", thai)
        assert {*re.findall(r"/?[A-Za-z]+", rest)} <= allowed, thai
        assert thai == " ".join(thai.split()), thai


def test_commands_are_named_by_their_thai_word() -> None:
    named = [(name, thai) for message, thai in translations() for name in re.findall(r"/([a-z]{2,})", message)]
    assert named
    assert [thai for name, thai in named if f"“{ROUTES.commands[name].thai}”" not in thai] == []


def test_quoted_words_can_be_typed_or_pressed() -> None:
    known = {command.thai for command in ROUTES.commands.values()} | {thai for _, thai in translations()}
    quoted = {word for _, thai in translations() for word in re.findall("“([^{”]*)”", thai)}
    assert quoted
    assert quoted <= known


def test_labels_fit_their_buttons() -> None:
    menu = {command.title for command in COMMANDS.values()} | {"Back", "Cancel"}
    answers = {*NOTES.values(), *SOURCES.values(), *METHODS.values()}
    for words in (THAI, ENGLISH):
        assert [label for label in menu if _units(words.t(label)) > QUICK_LABEL] == []
        assert [label for label in answers | {*_labels()} if _units(words.t(label)) > FLEX_LABEL] == []


def _labels() -> Iterator[str]:
    """The messages that stand as the label of a button in the code."""
    for _, tree in sources():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name("Button" | "Choice"), args=[label, *_]):
                    yield from (text for text in messages(label) if isinstance(text, str))


def _units(text: str) -> int:
    """LINE counts UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize("words", [THAI, ENGLISH], ids=["th", "en"])
@pytest.mark.parametrize("note", NOTES.values())
def test_ready_made_notes_are_notes(note: str, words: Words) -> None:
    check_note(words.t(note))


def test_the_program_reads_the_catalogue() -> None:
    assert THAI.t("Accept") == "รับงาน"
    assert THAI.t("From now on we speak English with you.") == "จากนี้เราจะคุยกันเป็นภาษาไทยนะคะ"
    assert {THAI.n("{count} point", "{count} points", count) for count in (1, 2)} == {"1 แต้ม", "2 แต้ม"}
    assert THAI.t("not in the catalogue") == "not in the catalogue"

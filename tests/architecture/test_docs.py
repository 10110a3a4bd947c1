"""The documents tell the truth about what can be looked up: commands, options, settings, links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from bots.cli import cli
from bots.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_CODE = re.compile(r"```(?:sh|cron|bash)\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
_SETTING = re.compile(r"\bAURA_([A-Z_]+)\b")
_TYPED_SECRET = re.compile(r"\bAURA_\w*(?:KEY|PASSWORD)=[^\s$]+[ \t]+\S|--env(?:=|\s+)AURA_\w+=")
# Of the tests and the tools, not of the program.
OTHERS = {"TEST_ADMIN_URL", "FAULTS", "FAULTS_SEED"}
OTHERS |= {"DOMAIN", "OWNER_PASSWORD", "PROGRAM_PASSWORD", "IMAGE"}  # compose.yaml makes settings of them


def commands(text: str) -> list[str]:
    """What a reader would type after `aura`, from blocks of shell and from code within sentences."""
    code = "\n".join(block or inline for block, inline in _CODE.findall(text))
    lines = [line.split("#")[0].strip() for line in code.replace("\\\n", " ").splitlines()]
    found = [re.match(r"(?:\S*/)?aura (.+)", line) for line in lines]
    return [match[1] for match in found if match]


def refused(typed: str) -> str:
    """Why the command line would not understand this, '' if it would. Arguments may be left out in a sentence."""
    words, command = shlex.split(typed), get_command(cli)
    while words and isinstance(command, TyperGroup):
        alternatives = words[0].split("|")
        if unknown := [word for word in alternatives if word not in command.commands]:
            return f"no command {unknown[0]!r}"
        command, words = command.commands[alternatives[0]], words[1:]
    options = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    wrong = [word for word in words if word.startswith("--") and word.split("=")[0] not in options | {"--help"}]
    return f"no option {wrong[0]!r}" if wrong else ""


def test_a_wrong_command_would_be_noticed() -> None:
    assert commands("`aura jobs run`, and\n```sh\n.venv/bin/aura clinic add x   # why\n```\n") == [
        "jobs run",
        "clinic add x",
    ]
    assert refused("clinic add slug --name x") == ""
    assert refused("clinic open slug") == "no command 'open'"
    assert refused("clinic add slug --nome x") == "no option '--nome'"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_is_there(document: Path) -> None:
    text = document.read_text()
    assert {typed: refused(typed) for typed in commands(text) if refused(typed)} == {}
    assert [link for link in _LINK.findall(text) if not (document.parent / link).exists()] == []
    known = {name.upper() for name in Settings.model_fields} | OTHERS
    named = set(_SETTING.findall(text))
    channel_secrets = {"LINE_CHANNEL_SECRET", "LINE_ACCESS_TOKEN", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET"}
    assert named - known - channel_secrets == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_secret_is_typed_into_a_command(document: Path) -> None:
    """It would stay in the shell's history, and be in the list of processes for all to read."""
    lines = [line.split("#")[0] for block, _ in _CODE.findall(document.read_text()) for line in block.splitlines()]
    assert [line for line in lines if _TYPED_SECRET.search(line)] == []


def test_every_setting_is_explained_where_an_operator_looks() -> None:
    explained = set(_SETTING.findall((ROOT / ".env.example").read_text()))
    assert {name.upper() for name in Settings.model_fields} - explained == set()

"""Reading a clinic's file: YAML with the line of whatever is wrong in it, and writing one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from bots.cli.context import fail

HEADING = (
    "# A clinic's set-up: prices and thresholds in whole baht. `aura clinic import` reads it; entries are found by\n"
    "# code or key, and what the clinic has besides stays as it is.\n"
)


def read_text(path: Path) -> str:
    """The file's text, or one clear line."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}")


def parse(path: Path, text: str) -> dict[str, Any]:
    """The file's content, or one clear line that names the line."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        fail(f"{path}{where}: {getattr(error, 'problem', None) or 'this is not YAML'}")
    if not isinstance(data, dict):
        fail(f"{path}, line 1: a clinic's file has sections such as `treatments:`")
    return data


def explain(path: Path, text: str, error: ValidationError) -> str:
    """The first mistake: its line, where it is, and what is wrong."""
    first = error.errors()[0]
    place = [part for part in first["loc"] if not str(part).startswith("function-")]
    where = ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)
    return f"{path}, line {_line(yaml.compose(text), place)}: {where}: {first['msg']}"


def dump(data: dict[str, Any]) -> str:
    """The content as YAML that people can read and change."""
    return HEADING + yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=110)


def _line(node: yaml.Node | None, place: Sequence[str | int]) -> int:
    """The line (from 1) of the deepest part of `place` that the file has."""
    line = node.start_mark.line if node else 0
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(part)]
            if not found:
                break
            key, node = found[0]
            line = key.start_mark.line
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return line + 1

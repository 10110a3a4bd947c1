"""`aura preview` writes pages that need nothing else, and asks no database."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.examples import examples
from tests.cli.conftest import Aura


@pytest.fixture
def alone(tmp_path: Path) -> Aura:
    """`aura` with a directory and nothing else; a database would have to be started there."""
    return Aura({"AURA_DATA_DIR": str(tmp_path)})


def test_the_gallery_of_one_noun(alone: Aura, tmp_path: Path) -> None:
    told = alone.json("preview", "--only", "tasks", "--language", "th", "--channel", "line")
    assert told["examples"] == sum(example.noun == "tasks" for example in examples())
    assert told["pages"] == [str(tmp_path / "preview" / name) for name in ("index.html", "tasks.html")]
    page = (tmp_path / "preview" / "tasks.html").read_text("utf-8")
    assert "รับงาน" in page
    assert '"telegram"' not in page.partition('id="gallery"')[2]
    assert [path.name for path in tmp_path.iterdir()] == ["preview"]


def test_where_to_is_the_operators_choice(alone: Aura, tmp_path: Path) -> None:
    assert "examples: file:///" in alone("preview", "--out", str(tmp_path / "here"), "--only", "consents").stdout
    assert (tmp_path / "here" / "index.html").exists()


@pytest.mark.parametrize("option", ["only", "language", "channel"])
def test_what_there_is_not(alone: Aura, option: str) -> None:
    assert "there are: " in alone.refused("preview", f"--{option}", "nothing")

"""A clinic's set-up as a file: what is written out can be read in, and a mistake changes nothing and is found."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Aura


@pytest.fixture
def exported(aura: Aura, tmp_path: Path) -> Path:
    """The file of a clinic with the demo's branches."""
    aura.json("clinic", "add", "DRG", "--name", "ดาวเรือง", "--name-en", "Daoruang")
    aura.json("demo-data", "load", "DRG")
    file = tmp_path / "drg.yaml"
    assert aura("clinic", "export", "DRG", str(file)).exit_code == 0
    return file


def test_out_and_in_again(aura: Aura, exported: Path, tmp_path: Path) -> None:
    """Into another clinic, and out of that one: the same file."""
    aura.json("clinic", "add", "BUA", "--name", "บัว")
    said = aura.json("clinic", "import", "BUA", str(exported))
    assert said["treatments"] == 12
    again = aura("clinic", "export", "BUA").stdout
    assert yaml.safe_load(again) == yaml.safe_load(exported.read_text("utf-8"))
    assert json.loads(aura("clinic", "export", "BUA", "--json").stdout) == yaml.safe_load(again)


def test_rewards_are_in_it_and_secrets_are_not(aura: Aura, exported: Path) -> None:
    data = yaml.safe_load(exported.read_text("utf-8"))
    rewards = {reward["code"]: reward for reward in data["rewards"]}
    assert rewards["RFAC"]["treatment"] == "FAC-HYD"
    assert (rewards["R300"]["discount"], rewards["R300"]["minimum"], rewards["R300"]["limit"]) == (300, 2000, 2)
    assert {rule["key"]: rule for rule in data["rules"]}["appt_2h"]["offset_minutes"] == -120
    data["clinic"]["settings"]["arrival_secret"] = "of another clinic"
    data["clinic"]["settings"]["move_cutoff_hours"] = 6
    exported.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    aura.json("clinic", "import", "DRG", str(exported))
    settings = json.loads(aura("clinic", "export", "DRG", "--json").stdout)["clinic"]["settings"]
    assert (settings["move_cutoff_hours"], "arrival_secret" in settings) == (6, False)


def test_a_changed_line_is_a_changed_row(aura: Aura, exported: Path) -> None:
    data = yaml.safe_load(exported.read_text("utf-8"))
    facial = next(t for t in data["treatments"] if t["code"] == "FAC-HYD")
    facial["price"] = 1390
    data["branches"][0]["opening"]["mon"] = [["10:00", "12:00"], ["13:00", "20:00"]]
    exported.write_text(yaml.safe_dump(data, allow_unicode=True), "utf-8")
    aura.json("clinic", "import", "DRG", str(exported))
    now = json.loads(aura("clinic", "export", "DRG", "--json").stdout)
    assert next(t for t in now["treatments"] if t["code"] == "FAC-HYD")["price"] == 1390
    assert now["branches"][0]["opening"]["mon"] == [["10:00:00", "12:00:00"], ["13:00:00", "20:00:00"]]


MISTAKES = [
    ("price: 1290", "price: cheap", "price"),
    ("code: ACN", "code: FAC-HYD", "stands here twice"),
    ("template: check_d1", "template: check_d9", "there is no template 'check_d9'"),
    ("minutes: 60", "minutes: 60\n  colour: red", "colour"),
    ("timezone: Asia/Bangkok", "timezone: Mars/Base", "no time zone"),
    ("price: 1290", "price: [1290", "line"),
]


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES)
def test_a_bad_file_changes_nothing_and_names_the_line(
    aura: Aura, exported: Path, right: str, wrong: str, said: str
) -> None:
    text = exported.read_text("utf-8")
    text = text.replace("Daoruang", "Changed", 1)
    if right.startswith("timezone"):
        text = text.replace("clinic:\n", f"clinic:\n  {wrong}\n", 1)
    else:
        assert right in text
        text = text.replace(right, wrong, 1)
    exported.write_text(text, "utf-8")
    refused = aura.refused("clinic", "import", "DRG", str(exported))
    assert said in refused
    if named := re.search(r"line (\d+)", refused):
        nearby = text.splitlines()[int(named[1]) - 1 : int(named[1]) + 1]
        assert any(part.strip() in line for part in wrong.split("\n")[-1:] for line in nearby) or said == "line"
    else:
        assert "zone" in said
    assert json.loads(aura("clinic", "export", "DRG", "--json").stdout)["clinic"]["name_en"] == "Daoruang"


def test_a_file_that_is_none(aura: Aura, exported: Path, tmp_path: Path) -> None:
    assert "cannot be read" in aura.refused("clinic", "import", "DRG", str(tmp_path / "nothing.yaml"))
    exported.write_text("just words", "utf-8")
    assert "line 1" in aura.refused("clinic", "import", "DRG", str(exported))
    assert "no clinic nowhere" in aura.refused("clinic", "export", "nowhere")

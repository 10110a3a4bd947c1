"""What an operator deploys with says the same as the program: image, compose file, example of the settings."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
import typer
import yaml
from packaging.specifiers import SpecifierSet
from typer.testing import CliRunner

from bots.cli import cli
from bots.settings import Settings
from bots.web import door
from tests.architecture.extraction import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
EXAMPLE = set(re.findall(r"^#?(AURA_\w+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
SETTINGS = {f"AURA_{name.upper()}" for name in Settings.model_fields}


def _project() -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return found


def test_compose_sets_what_exists_and_asks_for_what_the_example_lists() -> None:
    for name, service in OURS.items():
        assert set(service["environment"]) <= SETTINGS, name
    asked = set(re.findall(r"\$\{(AURA_\w+)", (ROOT / "compose.yaml").read_text("utf-8")))
    assert asked <= EXAMPLE
    assert {"AURA_DATABASE_URL", "AURA_SECRET_KEY", "AURA_PUBLIC_URL"} <= set(OURS["web-1"]["environment"])


@pytest.mark.parametrize("name", OURS)
def test_compose_runs_commands_that_exist(name: str) -> None:
    words = OURS[name]["command"]
    result = CliRunner().invoke(cli, [*words, "--help"], obj=None)
    assert result.exit_code == 0, result.output
    command = typer.main.get_command(cli)
    for word in [word for word in words if not word.startswith("-")][:2]:
        command = command.commands.get(word, command) if hasattr(command, "commands") else command
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_compose_runs_two_of_each_and_one_migration_before_them() -> None:
    roles = [service["command"][-1] for service in OURS.values() if service["command"][0] == "serve"]
    assert sorted(roles) == ["web", "web", "worker", "worker"]
    for name, service in OURS.items():
        assert service["read_only"], name
        assert service["stop_grace_period"] == "60s", name
        if service["command"][0] == "serve":
            assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
            assert "AURA_DATABASE_ADMIN_URL" not in service["environment"], f"{name} has no business with the owner"
    assert "AURA_DATABASE_ADMIN_URL" in OURS["migrate"]["environment"]


def test_a_command_of_the_operator_migrates_nothing() -> None:
    """`docker compose run` starts what a service depends on, a migration of the new release before the backup too."""
    assert OURS["admin"]["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_the_database_writes_no_rows_into_its_log() -> None:
    assert COMPOSE["services"]["database"]["command"] == ["postgres", "-c", "log_error_verbosity=terse"]


def test_the_proxy_passes_on_what_platforms_need_and_nothing_internal() -> None:
    caddyfile = COMPOSE["configs"]["caddyfile"]["content"]
    [matched] = re.findall(r"@ours path (.+)", caddyfile)
    assert set(matched.split()) == {"/webhooks/*", "/pictures/*", "/healthz", "/readyz"}
    assert set(re.findall(r"(\S+):8080", caddyfile)) == {"web-1", "web-2"}


def test_the_proxy_says_that_nobody_is_ready_before_the_platform_gives_up() -> None:
    """LINE waits two seconds."""
    [tries] = re.findall(r"lb_try_duration (\d+)ms", COMPOSE["configs"]["caddyfile"]["content"])
    assert int(tries) <= 1500


def test_the_proxy_lets_connections_go_before_the_program_does() -> None:
    [kept] = re.findall(r"keepalive (\d+)s", COMPOSE["configs"]["caddyfile"]["content"])
    assert int(kept) + 5 <= door.IDLE_SECONDS < 30, "row F28: the half-open are let go by then"


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_no_log_grows_without_end(name: str) -> None:
    assert {"max-size", "max-file"} <= set(COMPOSE["services"][name]["logging"]["options"])


def test_the_image_is_built_on_a_python_that_the_program_supports() -> None:
    versions = set(re.findall(r"^FROM python:([\d.]+)", DOCKERFILE, re.MULTILINE))
    assert len(versions) == 1
    assert SpecifierSet(_project()["project"]["requires-python"]).contains(versions.pop())


def test_the_image_runs_as_nobody_special_and_carries_what_the_wheel_needs() -> None:
    [user] = re.findall(r"^USER (\d+):\d+$", DOCKERFILE, re.MULTILINE)
    assert int(user) > 0
    assert f"--uid {user}" in DOCKERFILE
    packages = _project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    copied = set(re.findall(r"^COPY (\w+) \./\1$", DOCKERFILE, re.MULTILINE))
    assert copied == set(packages)
    let_in = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE))
    assert let_in == copied | {"pyproject.toml", "constraints.txt", "README.md", "LICENSE"}


def test_the_workflow_runs_what_contributors_run() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text("utf-8"))
    steps = [step.get("run", "") for job in workflow["jobs"].values() for step in job["steps"]]
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    run = {step.removeprefix("make ") for step in steps if step.startswith("make ")}
    assert {"check", "test", "faults"} <= run <= targets
    supported = SpecifierSet(_project()["project"]["requires-python"])
    assert all(supported.contains(version) for version in workflow["jobs"]["test"]["strategy"]["matrix"]["python"])

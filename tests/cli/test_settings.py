"""Settings as an installation gives them: by the environment and by a file."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bots.settings import Settings


def test_what_is_empty_is_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compose passes a variable that nobody set as an empty one, and who copies a file leaves names without values."""
    monkeypatch.chdir(tmp_path)
    plain = Settings()
    names = [f"AURA_{name.upper()}" for name in Settings.model_fields]
    Path(".env").write_text("".join(f"{name}=\n" for name in names), encoding="ascii")
    assert Settings() == plain
    for name in names:
        monkeypatch.setenv(name, "")
    assert Settings() == plain


@pytest.mark.parametrize("key", ["", " , "])
def test_a_database_of_ones_own_needs_a_key(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AURA_DATABASE_URL", "postgresql://aura_program@127.0.0.1/aura")
    monkeypatch.setenv("AURA_SECRET_KEY", key)
    with pytest.raises(ValidationError, match="AURA_SECRET_KEY must be set"):
        Settings()

"""Settings of the installation: environment variables `AURA_*` or a `.env` file, checked at start."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SHORTEST_KEY = 32


class Settings(BaseSettings):
    """What an operator may set; every field is documented in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix="AURA_",
        env_file=".env",
        extra="ignore",
        env_ignore_empty=True,  # as compose and .env files leave what is not set
    )

    database_url: SecretStr | None = None
    database_admin_url: SecretStr | None = None
    data_dir: Path = Path(".aura")
    secret_key: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    # 0 is right for the demo and for one process alone: a stop answers whoever came in, anyway (`bots/web/door.py`).
    # Only a load balancer needs the time, to see that it should ask another process.
    drain_seconds: float = Field(default=0.0, ge=0, le=60)
    public_url: str = ""
    line_api_url: str = "https://api.line.me"
    line_data_api_url: str = "https://api-data.line.me"
    telegram_api_url: str = "https://api.telegram.org"
    log_level: str = "INFO"

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if any(len(key) < SHORTEST_KEY for key in _split(value)):
            raise ValueError(f"must be at least {SHORTEST_KEY} characters; `openssl rand -hex 32` makes one")
        return value

    @model_validator(mode="after")
    def _own_key(self) -> Self:
        if self.database_url is not None and not _split(self.secret_key):
            raise ValueError("AURA_SECRET_KEY must be set with AURA_DATABASE_URL: every process needs the same one")
        return self

    @property
    def address(self) -> str:
        """The public address; without one, this machine's own (enough for the demo)."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    def secret_keys(self) -> tuple[str, ...]:
        """The keys that sign buttons and encrypt secrets, newest first (AURA_SECRET_KEY, comma-separated).

        Without the setting a key is made once and kept in the data directory, readable by its owner only.
        """
        return _split(self.secret_key) or (_kept_key(self.data_dir / "secret_key"),)


def _split(keys: SecretStr | None) -> tuple[str, ...]:
    return tuple(key.strip() for key in keys.get_secret_value().split(",") if key.strip()) if keys else ()


def _kept_key(path: Path) -> str:
    """The key in this file, made once; a link appears whole or not at all, however many processes start at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="ascii").strip()

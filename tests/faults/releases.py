"""The program as it was before its newest migrations: its code, out of the repository's own history.

A wheel has no history and a shallow clone not enough of it: `NoHistory` says why.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from tests.faults.program import ROOT

MIGRATIONS = "migrations/versions"


class NoHistory(Exception):
    """The earlier release cannot be had from here."""


def revisions(tree: Path) -> list[str]:
    """The file names of a tree's revisions, oldest first."""
    return sorted(path.name for path in (tree / MIGRATIONS).glob("[0-9]*.py"))


def earlier(behind: int, directory: Path) -> None:
    """Put into `directory` the newest code that lacks this tree's newest `behind` revisions. Raises NoHistory."""
    first = revisions(ROOT)[-behind]
    # Along the main line: a branch's own commits never ran anywhere.
    added = _git("log", "--first-parent", "-m", "--diff-filter=A", "-1", "--format=%H", "--", f"{MIGRATIONS}/{first}")
    commit = f"{added.decode().strip()}^" if added else "HEAD"  # one that is not committed is in no history
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit))) as archive:
        archive.extractall(directory, filter="data")
    newest = revisions(directory)[-1]
    if newest >= first:
        raise NoHistory(f"the code before {first} has {newest}")


def _git(*arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True)  # noqa: S607
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"") or str(error).encode()
        raise NoHistory(f"git {arguments[0]}: {said.decode(errors='replace').strip()}") from error
    return done.stdout

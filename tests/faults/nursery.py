"""Where programs are born fast: a process that has imported everything and forks a child for each start.

Importing the platforms' SDKs takes seconds, and a test that kills the program fifty times cannot wait for them. The
child is a process of its own with its own command line, environment and log; it runs `aura` as an operator would.
Orders are JSON lines on standard input: `{"argv": [...], "env": {...}, "log": path, "cwd": path}`, the answer is
the child's process id. At the end of the input every child is killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import bots.app


def main() -> None:
    """Take orders until there are no more."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the children: the system buries them
    children: list[int] = []
    print("ready", flush=True)  # noqa: T201 - the answer to whoever started this
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _live(json.loads(line))
        children.append(child)
        print(child, flush=True)  # noqa: T201 - as above
    for child in children:
        end(child)


def _live(order: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for theirs, ours in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(theirs, ours)
    sys.argv = order["argv"]
    try:
        bots.app.main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(1)


def end(process: int) -> None:
    """SIGKILL; harmless when it is gone."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    main()

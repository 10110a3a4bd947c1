"""How long things took, as log lines tell it."""

from __future__ import annotations

import time


def elapsed_ms(begun: float) -> float:
    """Milliseconds since `time.perf_counter()` said `begun`."""
    return round((time.perf_counter() - begun) * 1000, 1)

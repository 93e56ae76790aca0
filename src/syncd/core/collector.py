"""Python's collector of circular garbage waits while many lasting objects are made.

Items, works and plans are made by the hundred thousand and hold no circles; going through them again and again took a
third of the time of a decision over 100,000 issues. What is dropped is freed all the same, by its reference count.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_waits() -> Iterator[None]:
    """Threads may enter it side by side: the one that found the collector running lets it go on."""
    ran = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if ran:
            gc.enable()

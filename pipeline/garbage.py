"""Pausing Python's collector of reference cycles where it would search in vain."""

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Pause the collector while much is made that stays.

    It would look through all of that again and again: modules while they are imported, which takes
    a tenth of their time, and the rows of a batch, a twentieth.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

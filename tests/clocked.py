"""Steps for the test of the measuring harness, in a module that is imported fast."""

from pathlib import Path

from benchmarks.measuring import Clock

SIZE = 50_000_000


def idle(folder: Path, clock: Clock) -> None:
    """Do much while the clock stands still."""
    sum(b"x" * SIZE)
    with clock:
        (folder / "done").touch()


def busy(folder: Path, clock: Clock) -> None:
    """Do much while the clock runs."""
    for _ in range(2):
        with clock:
            sum(b"x" * SIZE)

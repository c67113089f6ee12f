"""How fast pages are read, beside tools that extract text: `python -m benchmarks.parsing_race`.

Every contestant is a process of its own with its own interpreter, reads the same pages from the
disk, and times its own loop over them; contestants take turns, round by round, so that what else
the machine does falls on all alike. The peers live in `.venv-peers` (`make peers`). The pages are
the saved ones beside the project; where these are absent, or on demand, generated ones.

The work differs: the peers turn a page into its text, this project into its records, each with its
text, title, authors, venue, year, votes, user and permanent link.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.pages import pages as generated_pages

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
SAVED = ROOT.parent / "shared" / "pages" / "html"
GENERATED = 200
TARGET = 20
"""How many times trafilatura's speed is aimed for."""


class Contestant(NamedTuple):
    """A name, what it makes of a page, and the command that times it."""

    name: str
    makes: str
    command: tuple[str, ...]


OWN = Contestant(
    "this project", "records with all fields", (sys.executable, "-m", "benchmarks.peers.own_parser")
)
TRAFILATURA = Contestant(
    "trafilatura", "text", (str(PEERS), "-m", "benchmarks.peers.trafilatura_text")
)
_SOUP = (str(PEERS), "-m", "benchmarks.peers.beautifulsoup_text")
CONTESTANTS = {
    OWN: (),
    TRAFILATURA: (),
    TRAFILATURA._replace(name="trafilatura, fast"): ("fast",),
    Contestant("BeautifulSoup, lxml", "text", _SOUP): ("lxml",),
    Contestant("BeautifulSoup, html.parser", "text", _SOUP): ("html.parser",),
}
"""Each with what its command wants behind the folder of pages."""


def run(folder: Path, rounds: int) -> dict[Contestant, list[float]]:
    """Let all contestants read the pages of a folder, in turn; return their seconds per round."""
    seconds: dict[Contestant, list[float]] = {contestant: [] for contestant in CONTESTANTS}
    for number in range(1, rounds + 1):
        for contestant, options in CONTESTANTS.items():
            took = _time(contestant, folder, options)
            print(f"round {number}, {contestant.name}: {took:.2f} s", file=sys.stderr)
            seconds[contestant].append(took)
    return seconds


def _time(contestant: Contestant, folder: Path, options: Sequence[str]) -> float:
    command = [*contestant.command, str(folder.resolve()), *options]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    told = json.loads(done.stdout)
    if not told["found"]:
        raise RuntimeError(f"{contestant.name} found nothing in {folder}: the race is void.")
    return float(told["seconds"])


def table(seconds: dict[Contestant, list[float]], n_pages: int, n_bytes: int) -> Table:
    """Return the table: median pages/s and MB/s, slowest and fastest round, and ratios."""
    made = Table("contestant", "makes of a page")
    for title in ("pages/s", "min", "max", "MB/s", "this project is"):
        made.add_column(title, justify="right")
    own = statistics.median(seconds[OWN])
    for contestant, times in seconds.items():
        median = statistics.median(times)
        made.add_row(
            contestant.name,
            contestant.makes,
            *(f"{n_pages / took:,.1f}" for took in (median, max(times), min(times))),
            f"{n_bytes / median / 1e6:,.1f}",
            "-" if contestant is OWN else f"{median / own:,.1f} times as fast",
        )
    return made


def _generate(folder: Path, count: int) -> None:
    for number, page in enumerate(generated_pages(count)):
        (folder / f"{number:05}.html").write_bytes(page)


def main() -> None:
    """Race on the pages of a folder, or on generated ones."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parsing_race", description=__doc__)
    parser.add_argument("--pages", type=Path, metavar="DIR", default=SAVED, help="saved pages")
    parser.add_argument(
        "--generate", type=int, default=0, metavar="N", help="as many pages instead"
    )
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if not PEERS.exists():
        sys.exit(f"{PEERS} does not exist; run `make peers` first.")
    with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
        saved = arguments.pages.exists() and not arguments.generate
        folder = arguments.pages if saved else Path(scratch)
        if not saved:
            _generate(folder, arguments.generate or GENERATED)
        sizes = [path.stat().st_size for path in folder.iterdir()]
        seconds = run(folder, arguments.rounds)
    console = Console(width=130)
    of = f"{len(sizes)} {'saved' if saved else 'generated'} pages, {sum(sizes) / 1e6:.1f} MB"
    console.print(f"{of}; {arguments.rounds} rounds in turn.")
    console.print(table(seconds, len(sizes), sum(sizes)))
    ratio = statistics.median(seconds[TRAFILATURA]) / statistics.median(seconds[OWN])
    console.print(f"Aimed for: {TARGET} times trafilatura. Measured: {ratio:.1f} times.")


if __name__ == "__main__":
    main()

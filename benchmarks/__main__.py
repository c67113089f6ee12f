"""Measure, print the tables, and write them into docs/benchmarks.md."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import FailedError, say
from benchmarks.options import SHARED, Options
from benchmarks.page import PAGE, stamp, with_table
from benchmarks.tables import TABLES


def main(arguments: Sequence[str] | None = None, page: Path = PAGE) -> int:
    """Make the named tables; return 1 if one of them could not be made."""
    parser = _parser()
    called = parser.parse_args(arguments)
    if unknown := [name for name in called.tables if name not in TABLES]:
        parser.error(f"There is no table {unknown[0]}; there are {', '.join(TABLES)}.")
    options = Options(called.shared, tuple(called.records), called.rounds)
    names = called.tables or [name for name, table in TABLES.items() if not table.is_long]
    made = [_make(name, options, None if called.print else page) for name in names]
    return 0 if all(made) else 1


def _make(name: str, options: Options, page: Path | None) -> bool:
    """Print one table, and write it into the page if there is one; tell whether that was done."""
    table = TABLES[name]
    if missing := table.missing(options):
        say(f"The table {name} was left out: {missing}")
        return False
    say(f"Measuring {name} ...")
    how = stamp()
    try:
        lines = [how, "", *table.report(options)]
    except FailedError as error:
        say(f"The table {name} was left out: {error}")
        return False
    print("\n".join([f"{name}: ", *lines, ""]), flush=True)
    if page:
        page.write_text(with_table(page.read_text(encoding="utf-8"), name, lines), encoding="utf-8")
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    long = ", ".join(name for name, table in TABLES.items() if table.is_long)
    parser.add_argument(
        "tables",
        nargs="*",
        metavar="TABLE",
        help=f"{', '.join(TABLES)}; without any, all but {long}",
    )
    parser.add_argument("--shared", type=Path, default=SHARED, help="the folder of real data")
    parser.add_argument(
        "--records",
        type=int,
        nargs="+",
        default=[],
        metavar="N",
        help="numbers of generated records, instead of the table's own",
    )
    parser.add_argument("--rounds", type=int, default=1, help="of which medians are taken")
    parser.add_argument("--print", action="store_true", help="do not write into the page")
    return parser


if __name__ == "__main__":
    sys.exit(main())

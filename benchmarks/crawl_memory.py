"""Whether memory grows with the size of a crawl: `python -m benchmarks.crawl_memory`.

Crawls of generated pages are written as one WARC file each, and taken through the inventory and the
shards as a build does: the pages are found and hashed, cut into batches, and each batch becomes a
shard. Both steps run in a fresh process, so that the peak is their own.
"""

import argparse
import io
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.measuring import Clock, Measurement, measure
from benchmarks.pages import pages
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.shards import build_shards, cut_batches
from shortscience.pipeline.sources.inputs import take_inventory

SIZES_MB = 10, 100, 1000
_CRAWL, _SPOOL, _SHARDS = "crawl.warc.gz", "spool", "shards"
_DATE = "2021-11-18T12:00:00Z"
_CHUNK_PAGES = 200
"""A corpus is generated for so many pages at a time, with a seed of its own."""


def write_crawl(path: Path, megabytes: int) -> int:
    """Write a crawl with at least so many megabytes of pages; return the number of pages."""
    count = written = 0
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        while written < megabytes * 1_000_000:
            for page in pages(_CHUNK_PAGES, seed=count):
                headers = StatusAndHeaders(
                    "200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1"
                )
                record = writer.create_warc_record(
                    f"http://pages.example/{count}",
                    "response",
                    payload=io.BytesIO(page),
                    http_headers=headers,
                    warc_headers_dict={"WARC-Date": _DATE},
                )
                writer.write_record(record)
                count, written = count + 1, written + len(page)
                if written >= megabytes * 1_000_000:
                    break
    return count


def inventory(folder: Path, clock: Clock) -> None:
    """Find and hash the pages of the crawl."""
    with clock:
        take_inventory([str(folder / _CRAWL)], folder / _SPOOL)


def shards(folder: Path, clock: Clock) -> None:
    """Do the same, and build the shard of each batch."""
    settings = Settings()
    with clock:
        found = take_inventory([str(folder / _CRAWL)], folder / _SPOOL)
        for batch in cut_batches(found.distinct):
            build_shards(batch, settings, folder / _SHARDS)


def main() -> None:
    """Write crawls of several sizes, one after the other, and print what reading them took."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crawl_memory", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES_MB, metavar="MB")
    parser.add_argument("--inventory-only", action="store_true", help="build no shards")
    arguments = parser.parse_args()
    made = Table("pages", "count", "file MB", "step", "seconds", "peak MiB")
    for megabytes in arguments.sizes:
        with tempfile.TemporaryDirectory(prefix="shortscience-bench-") as scratch:
            folder = Path(scratch)
            count = write_crawl(folder / _CRAWL, megabytes)
            packed = (folder / _CRAWL).stat().st_size / 1e6
            row = f"{megabytes:,} MB", f"{count:,}", f"{packed:,.0f}"
            for step in (inventory,) if arguments.inventory_only else (inventory, shards):
                print(f"{megabytes} MB, {step.__name__}", file=sys.stderr)
                made.add_row(*row, step.__name__, *_cells(measure(step, folder)))
    Console(width=100).print(made)


def _cells(measured: Measurement) -> tuple[str, str]:
    return f"{measured.seconds:,.1f}", f"{measured.peak_mib:,.0f}"


if __name__ == "__main__":
    main()

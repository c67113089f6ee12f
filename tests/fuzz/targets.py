"""What must hold for any input: one target per parser, and for containers, encodings and texts.

A target takes bytes, and raises when something does not hold. A parser may not raise at all: what
it cannot use it rejects, with a reason. Of a file, only the project's own errors may come.
"""

import importlib
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import polars as pl

from shortscience.pipeline.cleaning.encoding import repair
from shortscience.pipeline.cleaning.plain_text import plain_text
from shortscience.pipeline.cleaning.structure import restore
from shortscience.pipeline.extraction.extract import extract
from shortscience.pipeline.scanner import scan
from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources import encodings, members
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.pieces import Piece, covering
from shortscience.pipeline.sources.reading import PARSERS, Parser, read_sources, reread

Target = Callable[[bytes], None]

MAX_SOURCE_BYTES = 1 << 20
"""What would unpack to more is turned away, as in a build, where the limit is a gibibyte."""
SECONDS = 5
"""For an input of STRETCHED_BYTES, which takes milliseconds where the cost is linear, and minutes
where it is quadratic. Processor time, so that a busy machine changes nothing."""
STRETCHED_BYTES = 50_000
_STRETCH_ONE_IN = 8


class BrokenInvariantError(AssertionError):
    """Something that holds for every input did not."""


def demand(condition: object, message: str) -> None:
    """Raise unless a condition holds."""
    if not condition:
        raise BrokenInvariantError(message)


def of_parser(parser: Parser) -> Target:
    """Return the target of a parser."""

    def target(data: bytes) -> None:
        demand(isinstance(parser.recognise(data), bool), "recognise() told no bool")
        for piece in covering(parser.parse(data), len(data)):
            check_piece(data, piece)
        within_bounds(data, lambda grown: list(covering(parser.parse(grown), len(grown))))

    return target


def check_piece(data: bytes, piece: Piece) -> None:
    """Demand what a piece promises: a clean text, or a reason; and that it can be read again."""
    if piece.kind != "record":
        demand(piece.body is None, f"{piece.kind} with a text")
        demand((piece.kind == "rejected") == bool(piece.reason), f"{piece.kind}: {piece.reason!r}")
        return
    demand(piece.body and piece.body == piece.body.strip(" \t\r\n"), f"text {piece.body!r}")
    for fact in (piece.body, *piece.facts):
        for text in fact if isinstance(fact, tuple) else (fact,):
            demand(text != "", "an empty fact, which should be None")
            if isinstance(text, str):
                text.encode()  # no table holds a surrogate
    reread(encodings.decode(data[piece.start : piece.end], encodings.detect(data)))


def within_bounds(data: bytes, work: Callable[[bytes], object]) -> None:
    """Demand that work on a long input made of a short one takes bounded time."""
    if not data or zlib.crc32(data) % _STRETCH_ONE_IN:
        return
    grown = (data * (STRETCHED_BYTES // len(data) + 1))[:STRETCHED_BYTES]
    started = time.process_time()
    work(grown)
    took = time.process_time() - started
    demand(took < SECONDS, f"{took:.1f} s for {len(grown)} bytes, {len(data)} bytes repeated")


def containers(data: bytes) -> None:
    """Open any file: what it holds can be found again, and the rest is taken in any case."""
    members.MAX_SOURCE_BYTES = MAX_SOURCE_BYTES
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        raw, spool = Path(scratch) / "raw", Path(scratch) / "spool"
        raw.mkdir()
        (raw / "input").write_bytes(data)
        (raw / "other").write_bytes(b"There is always something to take.")
        inventory = take_inventory([str(raw)], spool)
        names = [item.name for item in inventory.inputs]
        demand("other" in names, "the rest was not taken")
        sources, records = read_sources(inventory.distinct, SourceSettings())
        demand(len(sources) == len(inventory.distinct), "a source is missing")
        failed = records.filter(pl.col("reason").str.starts_with("parser failed"))
        demand(failed.is_empty(), f"a parser failed: {failed['reason'].to_list()}")


def decoding(data: bytes) -> None:
    """Decode any bytes: one to one where they are text of one encoding, and never a failure."""
    encoding = encodings.detect(data)
    text = encodings.decode(data, encoding)
    text.encode()
    if encoding != encodings.MIXED and _is_whole(data, encoding):
        demand(text.encode(encoding) == data, f"{encoding} is not reversible")
    try:
        demand(data.decode() == encodings.decode(data), "UTF-8 was read as something else")
    except UnicodeDecodeError:
        demand(encoding != encodings.UTF8, "what is no UTF-8 was taken for it")
    spelled = "".join(map(chr, data)) + data.decode("utf-8", "surrogateescape")
    encodings.without_surrogates(spelled).encode()


def _is_whole(data: bytes, encoding: str) -> bool:
    """Whether bytes are an encoding's, with no half of a character among them."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def texts(data: bytes) -> None:
    """Scan, repair, restore, reduce and extract any text: spans are exact, nothing is lost."""
    text = data.decode("utf-8", "replace")
    _check_text(text)
    within_bounds(data, lambda grown: _check_text(grown.decode("utf-8", "replace")))


def _check_text(text: str) -> None:
    position = 0
    for span in scan(text):
        inside = span.start <= span.inner_start <= span.inner_end <= span.end
        demand(
            position <= span.start < span.end <= len(text) and inside, f"{span} after {position}"
        )
        position = span.end
    repaired = repair(text).text
    repaired.encode()
    position = 0
    for span in scan(text):
        kept = repaired.find(text[span.start : span.end], position)
        demand(kept >= 0, f"repair changed {text[span.start : span.end]!r}")
        position = kept + span.end - span.start
    markdown = restore(repaired).markdown
    demand(markdown.split() == repaired.split() or _bare(markdown) == _bare(repaired), "text lost")
    plain_text(markdown).encode()
    found = extract(pl.DataFrame({"record_id": ["0"], "text": [repaired]}), [scan(repaired)])
    for frame in (found.equations, found.images, found.links, found.citations):
        for start, end, raw in frame.select("start", "end", "raw").iter_rows():
            demand(raw and repaired[start:end] == raw, f"{raw!r} does not stand at {start}:{end}")


def _bare(text: str) -> str:
    return "".join(text.split())


TARGETS: dict[str, Target] = {
    **{parser.__name__.rpartition(".")[2]: of_parser(parser) for parser in PARSERS},  # type: ignore[attr-defined]
    "containers": containers,
    "decoding": decoding,
    "texts": texts,
}


def target_of(name: str) -> Target:
    """Return a target by its name, or that of a module that is a parser."""
    return TARGETS[name] if name in TARGETS else of_parser(importlib.import_module(name))  # type: ignore[arg-type]

"""Invariants for any input: one target per parser, and for containers, encodings and texts.

A target takes bytes, and raises if an invariant is broken. A parser must not raise at all: it
rejects what it cannot use, with a reason. Reading a file may raise only the project's own errors.
"""

import contextlib
import importlib
import io
import tempfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest.mock import patch

import polars as pl

from shortscience.pipeline.cleaning.plain_text import plain_text
from shortscience.pipeline.cleaning.structure import restore
from shortscience.pipeline.extraction.extract import extract
from shortscience.pipeline.papers.bibliography.entries import Entry, Parent, Reader, Unread
from shortscience.pipeline.papers.bibliography.index import READERS
from shortscience.pipeline.scanner import scan
from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources import encodings, members
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.pieces import Piece, covering
from shortscience.pipeline.sources.reading import PARSERS, Parser, read_sources, reread
from tests.growth import LONGER, is_linear
from tests.processing import repair

Target = Callable[[bytes], None]

MAX_SOURCE_BYTES = 1 << 20
"""Anything that would unpack to more is refused, as in a build, where the limit is a gibibyte."""
STRETCHED_BYTES = 4_000, 4_000 * LONGER
"""The two sizes to which an input is stretched, to compare their cost."""
_STRETCH_ONE_IN = 8


class BrokenInvariantError(AssertionError):
    """An invariant does not hold."""


def demand(condition: object, message: str) -> None:
    """Raise unless a condition holds."""
    if not condition:
        raise BrokenInvariantError(message)


def of_parser(parser: Parser) -> Target:
    """Return the target of a parser."""

    def target(data: bytes) -> None:
        demand(isinstance(parser.recognise(data), bool), "recognise() told no bool")
        for piece in covering(parser.parse(data), len(data)):
            check_piece(data, piece, parser.FORM)
        within_bounds(data, lambda grown: list(covering(parser.parse(grown), len(grown))))

    return target


def check_piece(data: bytes, piece: Piece, form: str) -> None:
    """Check a piece: a clean text, or a reason; and that it can be read again."""
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
    reread(encodings.decode(data[piece.start : piece.end], encodings.detect(data)), form)


def within_bounds(data: bytes, work: Callable[[bytes], object]) -> None:
    """Check that the cost of work on a repeated input does not grow faster than its length."""
    if not data or zlib.crc32(data) % _STRETCH_ONE_IN:
        return
    short, long = ((data * (size // len(data) + 1))[:size] for size in STRETCHED_BYTES)
    demand(
        is_linear(work, short, long),
        f"{len(long)} bytes cost more than {LONGER} times what {len(short)} do:"
        f" {len(data)} bytes repeated",
    )


def containers(data: bytes) -> None:
    """Open any file: its contents can be found again, and damage loses nothing else."""
    with (
        tempfile.TemporaryDirectory(prefix="fuzz-") as scratch,
        patch.object(members, "MAX_SOURCE_BYTES", MAX_SOURCE_BYTES),
    ):
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
    """Decode any bytes: reversibly if they are text of one encoding, and never failing."""
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
    """Whether bytes are valid in an encoding, without half characters."""
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
    row = {"record_id": ["0"], "text": [repaired], "markdown": [markdown]}
    found = extract(pl.DataFrame(row), [scan(repaired)])
    for frame in found.values():
        for start, end, raw in frame.select("start", "end", "raw").iter_rows():
            demand(raw and repaired[start:end] == raw, f"{raw!r} does not stand at {start}:{end}")


def _bare(text: str) -> str:
    return "".join(text.split())


def bibliographies(data: bytes) -> None:
    """Read any bytes as a bibliography of each format: as entries or problems."""
    for reader in READERS:
        demand(isinstance(reader.recognise(data.decode("utf-8", "replace")), bool), "no bool")
        _read_bibliography(reader, data)
        within_bounds(data, partial(_read_bibliography, reader))


def _read_bibliography(reader: Reader, data: bytes) -> None:
    with contextlib.suppress(ValueError):
        for found in reader.read(io.BytesIO(data)):
            demand(isinstance(found, Entry | Parent | Unread), f"{type(found)} was read")
            if isinstance(found, Entry):
                demand(found.title != "" and "" not in found.authors, "an empty text")


TARGETS: dict[str, Target] = {
    **{parser.__name__.rpartition(".")[2]: of_parser(parser) for parser in PARSERS},  # type: ignore[attr-defined]
    "containers": containers,
    "decoding": decoding,
    "texts": texts,
    "bibliographies": bibliographies,
}


def target_of(name: str) -> Target:
    """Return a target by its name, or that of a module that is a parser."""
    return TARGETS[name] if name in TARGETS else of_parser(importlib.import_module(name))  # type: ignore[arg-type]

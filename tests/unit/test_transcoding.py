"""Sources with a byte order mark and in UTF-16 give the same records as in plain UTF-8."""

import codecs
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.settings import SourceSettings
from shortscience.pipeline.sources import encodings
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.pieces import Piece, covering
from shortscience.pipeline.sources.reading import read_sources
from shortscience.pipeline.sources.transcoding import pieces
from tests.conftest import NO_SPOOL

PAGE = (
    "Welcome to ShortScience.org! ![]() ![]()\n"
    "[link]\nÜber Gezeiten 🌊: $a_1$ and – “more”. ![]() |\n"
    "stray 🌊\n[link]\nA second one. ![]()\n2 Comments\n|\n"
)
MARKED = {
    "utf-16-le": codecs.BOM_UTF16_LE + PAGE.encode("utf-16-le"),
    "utf-16-be": codecs.BOM_UTF16_BE + PAGE.encode("utf-16-be"),
    "utf-8": codecs.BOM_UTF8 + PAGE.encode(),
}
ENCODINGS = st.sampled_from(sorted(MARKED))


def read(tmp_path: Path, data: bytes) -> tuple[pl.DataFrame, pl.DataFrame]:
    (tmp_path / "dump.txt").write_bytes(data)
    return read_sources(take_inventory([str(tmp_path)], NO_SPOOL).distinct, SourceSettings())


@pytest.mark.parametrize("encoding", MARKED)
def test_the_records_are_those_of_the_plain_file(tmp_path: Path, encoding: str) -> None:
    _, plain = read(tmp_path, PAGE.encode())
    sources, records = read(tmp_path, MARKED[encoding])
    same = ["ordinal", "raw", "reason", "body", "keeps_structure"]
    assert records.select(same).equals(plain.select(same))
    assert sources["encoding"].to_list() == [encoding]
    assert sources["n_bytes"].to_list() == [len(MARKED[encoding])]
    for raw, start, end in records.select("raw", "byte_start", "byte_end").iter_rows():
        assert MARKED[encoding][start:end].decode(encoding) == raw


@pytest.mark.parametrize(
    ("data", "encoding", "reasons"),
    [
        (PAGE.encode("utf-16-le"), "latin-1", ["binary data"]),
        (codecs.BOM_UTF32_LE + PAGE.encode("utf-32-le"), "latin-1", ["binary data"]),
        (codecs.BOM_UTF16_LE + "Nothing known".encode("utf-16-le"), "utf-16-le", ["unknown form"]),
        (codecs.BOM_UTF16_LE, "utf-16-le", ["unknown form"]),
        (codecs.BOM_UTF8, "utf-8", ["unknown form"]),
        (codecs.BOM_UTF8 + b"\0", "latin-1", ["binary data"]),
    ],
)
def test_binary_data_and_unknown_forms_are_rejected(
    tmp_path: Path, data: bytes, encoding: str, reasons: list[str]
) -> None:
    sources, records = read(tmp_path, data)
    assert sources["encoding"].to_list() == [encoding]
    assert records["reason"].to_list() == reasons


def test_half_a_character_and_half_a_unit_are_replaced(tmp_path: Path) -> None:
    text = b"".join(part.encode("utf-16-le", "surrogatepass") for part in ("[link]\na\ud83cb", "é"))
    _, records = read(tmp_path, codecs.BOM_UTF16_LE + text + b"x")
    assert records["body"].to_list() == ["a\ufffdbé\ufffd"]
    assert records["byte_end"].to_list() == [len(text) + 3]


@given(ENCODINGS, st.binary(max_size=60), st.lists(st.integers(0, 90), max_size=8))
@settings(max_examples=200)
def test_any_cut_of_any_bytes_is_covered(encoding: str, tail: bytes, cuts: list[int]) -> None:
    data = MARKED[encoding][:40] + tail

    def parse(text: bytes) -> Iterator[Piece]:
        places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
        for start, end in pairwise(places):
            yield Piece("record", start, end, "text")

    detected = encodings.detect(data)
    if detected != encodings.BINARY:
        found = list(covering(pieces(parse, data, detected), len(data)))
        assert [piece.kind for piece in found[:2]] == ["boilerplate", "record"]

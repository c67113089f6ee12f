"""The search index: which summaries hold which words, and where, in files loaded on demand.

A page on disk can neither read part of a file nor hold the text of 100,000 summaries, but it can
load a script of some hundred kilobytes between two key strokes. So words are distributed over files
by their first three bytes in UTF-8 (three letters, or one Chinese character), the minimum for a
prefix query. Each row that holds a word is three base64 digits: two number the row within its
slice, and the third has one bit per field that holds the word. The browser decodes only matching
words and ranks rows by field.
"""

from collections.abc import Iterable, Iterator
from string import ascii_letters, digits
from typing import NamedTuple

import polars as pl

_DIGITS = ascii_letters + digits + "-_"
_CODES = pl.Series([high + low for high in _DIGITS for low in _DIGITS], dtype=pl.String)
_FIELDS = pl.Series([*_DIGITS], dtype=pl.String)
KEY_BYTES = 3
LONGEST_WORD = 32
_WORD = r"[\p{L}\p{N}]+"
_OFTEN = 3
"""Occurrences from which a word counts as a topic of its text."""
_SUMMARIES_PER_FILE = 100
_MOST_FILES = 1021
"""A prime, so that the last byte of a key does not decide alone."""


def _joined(*columns: str) -> pl.Expr:
    return pl.concat_str(*columns, separator=" ", ignore_nulls=True)


FIELDS: dict[str, tuple[int, pl.Expr]] = {
    "title": (1, pl.col("title")),
    "authors": (2, pl.col("authors").list.join(" ")),
    "key": (
        4,
        pl.concat_str(
            "paper_id", "bibtex_key", "summary_id", pl.col("identifiers").list.join(" "),
            separator=" ", ignore_nulls=True,
        ),
    ),
    "reviewer or venue": (8, _joined("author", "venue", "venue_key")),
    "text": (16, pl.col("plain_text")),
}  # fmt: skip
"""The bit and the text of each searched field."""
OFTEN_BIT = 32
"""The bit of words that occur in a text three times or more."""


class WordFile(NamedTuple):
    """One file of the index: words, and for each word the slices and codes of its rows."""

    words: list[str]
    rows: list[list[int | str]]
    """Per word: slice number, codes, slice number, codes, …"""


def count_files(n_summaries: int) -> int:
    """Return the number of index files for that many summaries."""
    return min(_MOST_FILES, 1 + n_summaries // _SUMMARIES_PER_FILE)


def file_of(word: str, n_files: int) -> int:
    """Return the file number of a word, which depends on its first three bytes only."""
    return int.from_bytes(word.encode()[:KEY_BYTES]) % n_files


def words_of_slice(summaries: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct words of a slice, sorted, with the codes of their rows.

    Words are runs of letters and digits in lower case, without accents, of at most 32 characters.
    """
    rows = summaries.with_row_index("row")
    found = pl.concat(_words_of_field(rows, text, bit) for bit, text in FIELDS.values())
    held = found.group_by("word", "row").agg(pl.col("bits").sum()).sort("word", "row")
    codes = _CODES.gather(held["row"]) + _FIELDS.gather(held["bits"])
    return (
        held.select("word", codes=codes)
        .group_by("word", maintain_order=True)
        .agg(pl.col("codes").str.join(""))
    )


def _words_of_field(rows: pl.DataFrame, text: pl.Expr, bit: int) -> pl.DataFrame:
    """Return each `word` of each `row` once, with its `bits`."""
    folded = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    often = OFTEN_BIT if bit == FIELDS["text"][0] else 0
    bits = pl.lit(bit, pl.Int32) + pl.when(pl.len() >= _OFTEN).then(often).otherwise(0)
    return (
        rows.select("row", word=folded.str.extract_all(_WORD))
        .explode("word", empty_as_null=False, keep_nulls=False)
        .select("row", pl.col("word").str.slice(0, LONGEST_WORD))
        .group_by("word", "row")
        .agg(bits=bits)
    )


def deal_out(slices: Iterable[pl.DataFrame], n_files: int) -> Iterator[WordFile]:
    """Yield the files of the index, in order, from the words of each slice, in order."""
    numbered = (words.with_columns(slice=pl.lit(number)) for number, words in enumerate(slices))
    found = pl.concat(numbered).sort("word", "slice")
    distinct = found["word"].unique()
    file = pl.Series([file_of(word, n_files) for word in distinct], dtype=pl.Int64)
    dealt = found.join(pl.DataFrame({"word": distinct, "file": file}), on="word", how="left")
    by_file = dict(dealt.sort("file", "word", "slice").partition_by("file", as_dict=True))
    for number in range(n_files):
        rows = by_file.get((number,))
        yield WordFile([], []) if rows is None else _word_file(rows)


def _word_file(rows: pl.DataFrame) -> WordFile:
    held: dict[str, list[int | str]] = {}
    for word, number, codes in rows.select("word", "slice", "codes").iter_rows():
        held.setdefault(word, []).extend((number, codes))
    return WordFile([*held], [*held.values()])

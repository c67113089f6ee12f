"""The normal form of a text: what is left without anything that dumps add or lose."""

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from shortscience.pipeline.characters import INVISIBLE
from shortscience.pipeline.duplicates.runs import runs

_ADDRESS_AHEAD = r"(?i)://|www\."
_ADDRESS = r"(?i)(?:https?|ftp)://[^\s)>\]]+|www\.[^\s)>\]]+"
_INVISIBLE = f"[{INVISIBLE}]"
_NOT_A_WORD = r"[^\p{L}\p{N}]+"
_FEW_WORDS = 10
"""A text of fewer words may consist of its address, so addresses count as words there."""
_MANY_WORDS = rf"^(?:[^ ]* ){{{_FEW_WORDS - 1}}}"

_CHUNK_BYTES = 1 << 17  # one chunk's working set fits into a core's cache
_TABLE_SIZE = 0x3000  # scripts that are written with letters and marks
_ASK = 0x110000  # marks characters that the table leaves to the rule
_SPACE, _END = 0x20, 0x0A


def normal_form(texts: pl.Series) -> pl.Series:
    """Reduce texts to their words: lower case, single spaces, no marks, no addresses.

    White space, Markdown escapes and markers, quotes and dashes of any kind disappear;
    compatibility characters become plain ones (Unicode NFKC); soft hyphens and other invisible
    characters do not split words. A text without words is its own normal form.
    """
    texts = _replaced(texts, beyond_ascii(texts), _INVISIBLE, "")
    addressed = texts.str.contains(_ADDRESS_AHEAD).arg_true()
    bare = _replaced(texts, addressed, _ADDRESS, " ")
    normal = _words(bare)
    short = (~normal.str.contains(_MANY_WORDS)).arg_true()
    if not len(short):
        return normal
    few = texts.gather(short)
    words = _words(few)
    return normal.scatter(short, words.zip_with(words != "", few))


def n_visible(texts: pl.Series) -> pl.Series:
    """Return the length of each text, less twice its number of invisible characters."""
    counts = texts.str.len_chars().cast(pl.Int32)
    rows = beyond_ascii(texts)
    unseen = texts.gather(rows).str.count_matches(_INVISIBLE).cast(pl.Int32)
    return counts.scatter(rows, counts.gather(rows) - 2 * unseen) if len(rows) else counts


def beyond_ascii(texts: pl.Series) -> pl.Series:
    """Return the row numbers of texts with non-ASCII characters."""
    return (texts.str.len_bytes() != texts.str.len_chars()).arg_true()


def _replaced(texts: pl.Series, rows: pl.Series, pattern: str, replacement: str) -> pl.Series:
    """Replace a pattern in the given rows only."""
    if not len(rows):
        return texts
    return texts.clone().scatter(rows, texts.gather(rows).str.replace_all(pattern, replacement))


def _words(texts: pl.Series) -> pl.Series:
    """Fold texts into words: by table where possible, else by rule."""
    lines = _fold(texts)
    # NFKC maps most characters outside the table to ones inside it.
    for by_more in (lambda rest: _fold(rest.str.normalize("NFKC")), _words_by_rule):
        unknown = lines.is_null().arg_true()
        if not len(unknown):
            break
        lines = lines.scatter(unknown, by_more(texts.gather(unknown)))
    return lines


def _words_by_rule(texts: pl.Series) -> pl.Series:
    """Fold texts into words by the rule that the table caches."""
    folded = texts.str.replace_all(_INVISIBLE, "").str.normalize("NFKC").str.to_lowercase()
    return folded.str.replace_all(_NOT_A_WORD, " ").str.strip_chars(" ")


def _fold(texts: pl.Series) -> pl.Series:
    """Fold texts by the table; null for texts with a character outside it."""
    lines: list[str | None] = texts.to_list()
    n_bytes = texts.str.len_bytes().to_numpy()
    is_ascii = texts.str.len_chars().to_numpy() == n_bytes
    for rows, fold in (
        (np.flatnonzero(is_ascii), _fold_ascii),
        (np.flatnonzero(~is_ascii), _fold_unicode),
    ):
        for part in _chunks(rows, n_bytes):
            folded = fold([lines[row] for row in part])  # type: ignore[misc]
            for row, line in zip(part, folded, strict=True):
                lines[row] = line
    return pl.Series(lines, dtype=pl.String)


def _chunks(rows: npt.NDArray[np.int64], n_bytes: npt.NDArray[np.uint32]) -> Iterator[list[int]]:
    ends = n_bytes[rows].astype(np.int64).cumsum()
    return (rows[run].tolist() for run in runs(ends // _CHUNK_BYTES))


def _fold_ascii(texts: list[str]) -> list[str | None]:
    """Fold texts of ASCII characters only."""
    joined = "\n".join([*texts, ""]).encode("ascii")
    # Line breaks inside a text become spaces; those between texts are put back.
    folded = np.frombuffer(bytearray(joined.translate(_ascii_table())), np.uint8)
    return [*_lines(folded, _ends(texts), "ascii")]


def _fold_unicode(texts: list[str]) -> list[str | None]:
    """Fold texts; None for those with a character outside the table."""
    joined = "\n".join([*texts, ""]).encode("utf-32-le")
    folded = _table().take(np.frombuffer(joined, np.uint32), mode="clip")
    ends = _ends(texts)
    unmapped = np.flatnonzero(folded == _ASK)
    folded[unmapped] = _SPACE
    unknown = set(np.searchsorted(ends, unmapped).tolist())
    lines = _lines(folded, ends, "utf-32-le")
    return [None if row in unknown else line for row, line in enumerate(lines)]


def _ends(texts: list[str]) -> npt.NDArray[np.int64]:
    return np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1) - 1


def _lines(folded: npt.NDArray[Any], ends: npt.NDArray[np.int64], codec: str) -> list[str]:
    """Collapse runs of spaces; `folded` holds the texts one after the other, ending at `ends`."""
    folded[ends] = _END
    word = folded > _SPACE
    kept = word.copy()
    kept[:-1] |= word[1:]  # keep the last of a run of spaces
    kept[ends] = True
    lines = folded[kept].tobytes().decode(codec).split("\n")[:-1]
    return [line.strip(" ") for line in lines]


@cache
def _ascii_table() -> bytes:
    return bytes(_table()[:128].tolist()) + bytes(128)


@cache
def _table() -> npt.NDArray[np.uint32]:
    """Map each character to its lower case, a space, or `_ASK`.

    `_ASK` marks characters that NFKC or lower-casing turns into several letters or that compose
    with others, and those unassigned in this Python's Unicode.
    """
    folded = [_folded(chr(code)) for code in range(_TABLE_SIZE)]
    codes = [_ASK if char is None else ord(char) for char in (*folded, None)]
    return np.array(codes, np.uint32)


def _folded(char: str) -> str | None:
    category, plain = unicodedata.category(char), unicodedata.normalize("NFKC", char)
    lower = plain.lower()
    if category[0] in "LN" and len(plain) == len(lower) == 1 and not _composes(plain):
        return lower
    # A combining mark after a space belongs to no letter.
    alone = "LN" if plain[0] == " " else "LNM"
    separates = category[0] in "PSZ" or category == "Cc"
    if separates and not any(unicodedata.category(part)[0] in alone for part in plain):
        return " "
    return None


def _composes(char: str) -> bool:
    """Whether a letter depends on its neighbours: Hangul jamo, and the final Σ."""
    return char == "Σ" or unicodedata.name(char, "").startswith("HANGUL")

"""Repair of mojibake and control characters, and of nothing else.

ftfy's defaults also restyle: they straighten quotes, split ligatures, narrow wide characters and
unescape HTML. That alters good text and breaks LaTeX, so it is switched off here. Code, math and
URLs are never touched: what looks broken there may be meant.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

import ftfy
import ftfy.bad_codecs  # registers sloppy-windows-1252, which has all 256 bytes
import polars as pl
from ftfy import fixes

from shortscience.pipeline.cleaning.suspects import suspects
from shortscience.pipeline.scanner import outside, scan

REPAIR_ONLY = ftfy.TextFixerConfig(
    unescape_html=False,  # the author typed `&lt;`
    fix_latin_ligatures=False,  # typography
    fix_character_width=False,  # typography
    uncurl_quotes=False,  # typography
    normalization="NFC",  # canonical: the same characters, in one of their two spellings
)

# Controls that ftfy leaves in: C1 codes undefined in windows-1252, form feeds and DEL.
_LEFT_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_FIXERS = (
    fixes.fix_c1_controls,
    fixes.fix_line_breaks,
    fixes.fix_surrogates,
    fixes.remove_terminal_escapes,
    fixes.remove_control_chars,
)
"""The fixers that ftfy applies after the encoding, without those that restyle."""

# The last byte of a closing quotation mark is a control in windows-1252, which extractors drop. Of
# the rest and a space behind it, ftfy would make a dagger; a replaced byte it knows.
_LAST_BYTE = re.escape(bytes(range(0x80, 0xC0)).decode("sloppy-windows-1252"))
_CLOSING_QUOTE = "â€\x9d"
_CUT_QUOTE = re.compile(
    rf"(â€œ(?:[^â]|â(?!€)|â€(?!œ|\x9d)[{_LAST_BYTE}]){{1,1000}}+â€)(?![{_LAST_BYTE}?\ufffd\x1a])"
)

# Encodings agree on ASCII, and none of ftfy's patterns extends eight characters into a run of it.
_ASCII_WITHIN = re.compile(r"[ -~]{8}([ -~]{24,})[ -~]{8}")
_SEPARATOR = "\x1f"


class Repaired(NamedTuple):
    """A text after repair, with one line per repaired piece.

    Each line reads `start:end step step …`: the piece in code points of the unrepaired text, and
    the steps as ftfy names them (`encode:latin-1`, `decode:utf-8`, `apply:fix_c1_controls`).
    """

    text: str
    repairs: tuple[str, ...]


def repair_all(texts: Sequence[str]) -> list[Repaired]:
    """Repair the prose of each text, leaving its code, math and URLs alone."""
    done = [Repaired(text, ()) for text in texts]
    dirty = suspects(pl.Series(texts, dtype=pl.String)).arg_true().to_list()
    spans = [(row, span) for row in dirty for span in outside(scan(texts[row]), len(texts[row]))]
    pieces = [_Piece(texts[row][start:end]) for row, (start, end) in spans]
    _repair_pieces(pieces)
    for row, group in groupby(zip(spans, pieces, strict=True), key=lambda item: item[0][0]):
        done[row] = _assembled(texts[row], [(*span, piece) for (_, span), piece in group])
    return done


@dataclass(slots=True)
class _Piece:
    text: str
    steps: list[str] = field(default_factory=list)


def _assembled(text: str, pieces: Iterable[tuple[int, int, _Piece]]) -> Repaired:
    """Put repaired pieces `(start, end, piece)` back into the text around them."""
    parts: list[str] = []
    repairs: list[str] = []
    position = 0
    for start, end, piece in pieces:
        parts += text[position:start], piece.text
        position = end
        if piece.steps:
            repairs.append(f"{start}:{end} {' '.join(piece.steps)}")
    parts.append(text[position:])
    return Repaired("".join(parts), tuple(repairs))


def _repair_pieces(pieces: Iterable[_Piece]) -> None:
    """Repair pieces in place until another pass would change nothing.

    One pass is not always enough: a control character that ftfy leaves can keep it from seeing
    mojibake around it.
    """
    active = list(pieces)
    while active:
        dirty = suspects(pl.Series([piece.text for piece in active], dtype=pl.String))
        active = [
            piece for piece, known in zip(active, dirty, strict=True) if known and _changes(piece)
        ]


def _changes(piece: _Piece) -> bool:
    """Run one pass of `ftfy.fix_and_explain` over a piece; return whether it changed anything."""
    before = piece.text
    text = _decoded(before, piece.steps)
    for fix in _FIXERS:
        text = _applied(fix, text, piece.steps)
    piece.text = unicodedata.normalize("NFC", text)
    if piece.text != text:
        piece.steps.append("normalize:NFC")
    if piece.text == before:
        # Remove controls last: until the encoding is fixed, one may be part of mojibake.
        piece.text = _applied(remove_left_controls, before, piece.steps)
    return piece.text != before


def _decoded(text: str, steps: list[str]) -> str:
    """Fix the encoding of a text, of completed quotation marks if ftfy can decode them then."""
    completing: list[str] = []
    completed = _applied(complete_closing_quotes, text, completing)
    fixed, plan = _fix_encoding(completed)
    if completing and _CLOSING_QUOTE in fixed:
        completing = []
        fixed, plan = _fix_encoding(text)
    if fixed != text:
        steps += completing
        steps += (f"{action}:{parameter}" for action, parameter in plan or ())
    return fixed


def _fix_encoding(text: str) -> ftfy.ExplainedText:
    """Run `ftfy.fix_encoding_and_explain` on all but long ASCII runs, which are its main cost."""
    aside = [] if _SEPARATOR in text else list(_ASCII_WITHIN.finditer(text))
    starts = [0, *(run.end(1) for run in aside)]
    ends = [*(run.start(1) for run in aside), len(text)]
    rest = _SEPARATOR.join(text[start:end] for start, end in zip(starts, ends, strict=True))
    fixed, plan = ftfy.fix_encoding_and_explain(rest, REPAIR_ONLY)
    for run in aside:
        fixed = fixed.replace(_SEPARATOR, run[1], 1)
    return ftfy.ExplainedText(fixed, plan)


def _applied(fix: Callable[[str], str], text: str, steps: list[str]) -> str:
    fixed = fix(text)
    if fixed != text:
        steps.append(f"apply:{fix.__name__}")
    return fixed


def complete_closing_quotes(text: str) -> str:
    """Give mojibake of closing quotation marks the control back that an extractor dropped."""
    return _CUT_QUOTE.sub(rf"\1{_CLOSING_QUOTE[-1]}", text) if "â€œ" in text else text


def remove_left_controls(text: str) -> str:
    """Remove the control characters that ftfy leaves in."""
    return _LEFT_CONTROLS.sub("", text)

"""Repair of mojibake and control characters, and of nothing else.

ftfy's defaults also restyle: they straighten quotes, split ligatures, narrow wide characters and
unescape HTML. That alters good text and breaks LaTeX, so it is switched off here. Code, math and
URLs are never touched: what looks broken there may be meant.
"""

import re
from dataclasses import dataclass

import ftfy

from pipeline.scanner import outside, scan

REPAIR_ONLY = ftfy.TextFixerConfig(
    unescape_html=False,  # `&lt;` in a summary is what its author typed
    fix_latin_ligatures=False,  # typography
    fix_character_width=False,  # typography
    uncurl_quotes=False,  # typography
    normalization="NFC",  # canonical: the same characters, in one of their two spellings
)

SUSPECT = r"[^\t\n\x20-\x7e‘’“”–—…•]"
"""Matches what every repair is about. Text without a match is clean, and skipped.

Typographic quotes and dashes are the end of mojibake and never its beginning: ftfy finds nothing in
text that holds only them beside ASCII.
"""

# What ftfy leaves: C1 controls that windows-1252 does not define, form feeds, and DEL.
_LEFT_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SUSPECT = re.compile(SUSPECT)


@dataclass(frozen=True, slots=True)
class Repaired:
    """A text after repair, with one line per repaired piece.

    Each line reads `start:end step step …`: the piece in code points of the unrepaired text, and
    the steps as ftfy names them (`encode:latin-1`, `decode:utf-8`, `apply:fix_c1_controls`).
    """

    text: str
    repairs: tuple[str, ...]


def repair(text: str) -> Repaired:
    """Repair the prose of a text."""
    if not _SUSPECT.search(text):
        return Repaired(text, ())
    parts: list[str] = []
    repairs: list[str] = []
    position = 0
    for start, end in outside(scan(text), len(text)):
        piece, steps = _repair_piece(text[start:end])
        parts += text[position:start], piece
        position = end
        if steps:
            repairs.append(f"{start}:{end} {' '.join(steps)}")
    parts.append(text[position:])
    return Repaired("".join(parts), tuple(repairs))


def _repair_piece(piece: str) -> tuple[str, list[str]]:
    """Return the repaired piece and the steps taken, until another pass would change nothing.

    One pass is not always enough: a control character that ftfy leaves can hide from it that the
    text around is mojibake.
    """
    steps: list[str] = []
    while _SUSPECT.search(piece):
        fixed, plan = ftfy.fix_and_explain(piece, REPAIR_ONLY)
        without = _LEFT_CONTROLS.sub("", fixed)
        if without == piece:
            break
        steps += (f"{action}:{parameter}" for action, parameter in plan or ())
        if without != fixed:
            steps.append("apply:remove_left_controls")
        piece = without
    return piece, steps

"""Which texts may need repair: one vectorised test proves the others clean.

Everything that ftfy changes under `encoding.REPAIR_ONLY` involves a control character or unusual
line separator, a pair of characters in ftfy's badness expression, or characters that are not in
Unicode's canonical form NFC. Most texts have none of these and skip the repair.
"""

import unicodedata
from functools import cache

import polars as pl
from ftfy.badness import BADNESS_RE

CONTROLS = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u206a-\u206f\ufeff\ufff9-\ufffc]"
"""Control characters and separators that ftfy or this project removes or replaces."""

_PERHAPS_NOT_NFC = r"[\u0300-\u1fff\u2000\u2001\u202a-\u202f\u205f-\u{10ffff}]"
"""Everything but characters below U+0300 and common punctuation, which are always in NFC."""


def suspects(texts: pl.Series) -> pl.Series:
    """Return for each text whether it, or any piece of it, may need repair."""
    found = texts.str.contains(CONTROLS)
    beyond_ascii = (texts.str.len_bytes() != texts.str.len_chars()).arg_true()
    others = texts.gather(beyond_ascii)
    bad = others.str.contains(_badness())
    perhaps = (others.str.contains(_PERHAPS_NOT_NFC) & ~bad).arg_true()
    denormal = [not unicodedata.is_normalized("NFC", text) for text in others.gather(perhaps)]
    bad = bad.scatter(perhaps, pl.Series(denormal, dtype=pl.Boolean))
    return found.scatter(beyond_ascii, bad | found.gather(beyond_ascii))


@cache
def _badness() -> str:
    """Return ftfy's badness expression in the syntax of Polars' regex engine.

    That engine's verbose mode drops spaces inside brackets, so the expression is de-verbosed. One
    alternative is anchored to the beginning of the text; the anchor goes, as a piece may begin
    anywhere.
    """
    parts: list[str] = []
    in_class = in_comment = escaped = False
    for char in BADNESS_RE.pattern:
        if in_comment:
            in_comment = char != "\n"
        elif escaped or in_class or not (char.isspace() or char in "#^"):
            parts.append(_ESCAPED.get(char, char) if in_class and not escaped else char)
        else:
            in_comment = char == "#"
        in_class = (char == "[" or (in_class and char != "]")) if not escaped else in_class
        escaped = char == "\\" and not escaped
    return "".join(parts)


_ESCAPED = {char: f"\\{char}" for char in "&~["}
"""Characters to escape within a class: doubled `&` and `~` are operators in Polars' engine, and `[`
opens a nested class.
"""

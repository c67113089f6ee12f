"""Which texts may need repair: one vectorised test that proves the others clean.

Everything that ftfy does under `encoding.REPAIR_ONLY` begins with one of three signs: a control
character or an unusual line separator; a pair of characters that ftfy calls bad; characters that
are not in Unicode's canonical form NFC. Most texts have none of them, and are not looked at again.
"""

import unicodedata
from functools import cache

import polars as pl
from ftfy.badness import BADNESS_RE

CONTROLS = r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u206a-\u206f\ufeff\ufff9-\ufffc]"
"""Control characters and separators that ftfy or this project removes or replaces."""

_PERHAPS_NOT_NFC = r"[\u0300-\u1fff\u2000\u2001\u202a-\u202f\u205f-\u{10ffff}]"
"""Characters below U+0300 are in NFC as they stand, as is common punctuation."""


def suspects(texts: pl.Series) -> pl.Series:
    """Tell for each text whether it, or any piece of it, may need repair."""
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
    """Return ftfy's expression for bad pairs in the syntax of Polars' engine.

    That engine has no verbose mode that keeps spaces inside brackets. One alternative is anchored
    to the beginning of the text: a piece of a text may begin anywhere.
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
"""Two of the first in a class are an operator there, and the last opens a class within."""

"""Character classes, written as the inside of `[…]` in a regular expression."""

import sys
import unicodedata
from itertools import pairwise

INVISIBLE = (
    "\u00ad\u061c\u115f\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
)
"""Soft hyphens, zero-width characters and marks of direction and order."""

WIDE_PUNCTUATION = (
    "\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb\ufe10-\ufe19\ufe30-\ufe6b"
    "\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
)
"""Chinese and Japanese punctuation, brackets and space, in full and half width."""

ASCII_PUNCTUATION = r"!-/:-@\[-`{-~"
"""What a backslash escapes in Markdown (CommonMark 2.4)."""

QUOTES = '"`“”„‟‘’‚‛«»‹›'


def _ranges(codes: list[int]) -> str:
    """Write sorted code points as ranges of a character class."""
    breaks = [-1, *(i for i, (a, b) in enumerate(pairwise(codes)) if b != a + 1), len(codes) - 1]
    runs = ((codes[first + 1], codes[last]) for first, last in pairwise(breaks))
    return "".join(chr(a) if a == b else f"{chr(a)}-{chr(b)}" for a, b in runs)


_LAST_ALPHABET = 0x1FFFF
"""Alphabets with capitals all lie below the end of the first supplementary plane."""

CAPITAL = _ranges(
    [
        code
        for code in range(min(_LAST_ALPHABET, sys.maxunicode) + 1)
        if unicodedata.category(chr(code)) in {"Lu", "Lt"}
    ]
)
"""All capital letters of Unicode, categories Lu and Lt."""

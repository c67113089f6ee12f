"""What two copies of a text have in common after all that dumps add or lose is taken away."""

import polars as pl

_URL = r"(?i)(?:https?|ftp)://[^\s)>\]]+|www\.[^\s)>\]]+"
_NOT_A_WORD = r"[^\p{L}\p{N}]+"
_FEW_WORDS = 10
"""So short a text may consist of its address: there, addresses count as words."""


def normal_form(texts: pl.Series) -> pl.Series:
    """Reduce texts to their words: lower case, one space between, no marks and no addresses.

    White space, Markdown escapes and markers, quotes and dashes of any kind disappear, and
    compatibility characters become plain ones (Unicode NFKC). A text that has no words is its own
    normal form.
    """
    normal = _words(texts.str.replace_all(_URL, " "))
    short = (normal.str.count_matches(" ", literal=True) < _FEW_WORDS - 1).arg_true()
    few = texts.gather(short)
    words = _words(few)
    return normal.scatter(short, words.zip_with(words != "", few)) if len(short) else normal


def _words(texts: pl.Series) -> pl.Series:
    folded = texts.str.normalize("NFKC").str.to_lowercase()
    return folded.str.replace_all(_NOT_A_WORD, " ").str.strip_chars(" ")

"""What two copies of a text have in common after all that dumps add or lose is taken away."""

import polars as pl

_URL = r"(?i)(?:https?|ftp)://[^\s)>\]]+|www\.[^\s)>\]]+"
_NOT_A_WORD = r"[^\p{L}\p{N}]+"
_FEW_WORDS = 10
"""So short a text may consist of its address: there, addresses count as words."""


def normal_form(text: pl.Expr) -> pl.Expr:
    """Reduce text to its words: lower case, one space between, no marks and no addresses.

    White space, Markdown escapes and markers, quotes and dashes of any kind disappear, and
    compatibility characters become plain ones (Unicode NFKC). A text that has no words is its own
    normal form.
    """
    without_urls = _words(text.str.replace_all(_URL, " "))
    with_urls = _words(text)
    short = without_urls.str.count_matches(" ", literal=True) < _FEW_WORDS - 1
    normal = pl.when(short).then(with_urls).otherwise(without_urls)
    return pl.when(normal == "").then(text).otherwise(normal)


def _words(text: pl.Expr) -> pl.Expr:
    folded = text.str.normalize("NFKC").str.to_lowercase()
    return folded.str.replace_all(_NOT_A_WORD, " ").str.strip_chars(" ")

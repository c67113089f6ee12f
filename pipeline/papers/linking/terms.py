"""How summaries and papers are compared: by words, and by the surnames a summary begins with."""

import polars as pl

from shortscience.pipeline.papers.descriptions import UNDECOMPOSED

SUBJECT_CHARS = 200
"""A summary that has its authors as its subject begins with them."""

_WORD = r"[\p{L}\p{N}]+"
_NO_LETTER = r"[^\p{L}\p{N}]"
_ADDRESS = r"(?:https?|ftp)://[^\s)\]>]+|\\cite\{[^{}]*\}"
_REFERENCES = r"(?is)(?:^|\s)(?:#+|\*\*)\s*references\b.*$"
_NAME = r"\p{Lu}[\p{L}’'-]+"
_TELLING = (
    "(?:address|analy[sz]e|argue|compare|consider|demonstrate|describe|develop|discuss|evaluate"
    "|formulate|improve|introduce|investigate|present|propose|provide|show|study|use)s?"
)
_SUBJECTS = (
    rf"^[^\p{{L}}]*({_NAME}(?:(?:,? and|,|,? &) {_NAME}){{0,5}})(?:,? et\.? ?al|,? {_TELLING}\b)"
)
_NOBODY = ["authors", "here", "in", "it", "our", "paper", "summary", "the", "they", "this", "we"]
"""Words that begin sentences as names do."""


def folded(texts: pl.Expr) -> pl.Expr:
    """Return texts in small letters without accents."""
    return (
        texts.str.to_lowercase()
        .str.normalize("NFKD")
        .str.replace_all(r"\p{M}", "")
        .str.replace_many(UNDECOMPOSED)
    )


def letters(titles: pl.Expr) -> pl.Expr:
    """Return what two records of one title have in common: its letters and digits, folded."""
    return folded(titles).str.replace_all(_NO_LETTER, "")


def words(texts: pl.Expr) -> pl.Expr:
    """Return the words of each text in order, folded and without the plural's s.

    Addresses and cite keys are left out: their words are nobody's.
    """
    word = pl.element()
    plural = word.str.contains(r"^.{2,}[^s]s$")
    return (
        folded(texts.str.replace_all(_ADDRESS, " "))
        .str.extract_all(_WORD)
        .list.eval(pl.when(plural).then(word.str.head(-1)).otherwise(word))
    )


def body(texts: pl.Expr) -> pl.Expr:
    """Return summaries without their lists of references, which hold the titles of other papers."""
    return texts.str.replace(_REFERENCES, "")


def subjects(texts: pl.Expr) -> pl.Expr:
    """Return the surnames that each summary has as its subject, as in `Roy and Kim propose`."""
    said = texts.str.head(SUBJECT_CHARS).str.extract(_SUBJECTS).fill_null("")
    name = folded(pl.element())
    return said.str.extract_all(_NAME).list.eval(name.filter(~name.is_in(_NOBODY)))


def surnames(names: pl.Expr) -> pl.Expr:
    """Return the surnames in lists of persons' names: the last word of each name."""
    return names.list.eval(folded(pl.element().str.strip_chars()).str.extract(r"(\S+)$"))

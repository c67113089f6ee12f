"""What papers and summaries are compared by: words, pairs of words, acronyms and first authors.

A term is a text whose first character tells its kind. A word has no mark but itself: it is folded,
and without the plural's s. Two words that follow each other have a space between them.
"""

import polars as pl

from shortscience.pipeline.papers.descriptions import UNDECOMPOSED

ACRONYM, AUTHOR, ABSTRACT = "#", "@", "~"
"""The mark of an acronym, of a surname, and of a word that is in an abstract, not in the title."""
MIN_ACRONYM = 3
"""Letters. Shorter ones stand for too much."""
LEAD_CHARS = 160
"""A summary that names the authors does so in its first sentence."""
NAMED_TITLE = r"^[^:]{2,40}(?::|\s[-–—]\s)"
"""A title `Name: what it is`."""

_WORD = r"[\p{L}\p{N}]+"
_NO_LETTER = r"[^\p{L}\p{N}]"
_ADDRESS = r"(?:https?|ftp)://[^\s)\]>]+|\\cite\{[^{}]*\}"
# Letters in which another capital follows the first: VAE, ResNet, GANs.
_CAPITALS = r"\b[A-Z][A-Za-z0-9]*[A-Z]s?\b"
_NAME = r"\p{Lu}[\p{L}’'-]+"
_OTHERS = rf"(?:(?:,? and|,|,? &) {_NAME}){{0,4}}"
_TELLING = (
    "(?:address|analy[sz]e|argue|compare|consider|demonstrate|describe|develop|discuss|evaluate"
    "|formulate|improve|introduce|investigate|present|propose|provide|show|study|use)s?"
)
_LEADING_AUTHOR = rf"^[^\p{{L}}]*({_NAME}){_OTHERS}(?:,? et\.? al|,? {_TELLING})\b"
_CITED_AUTHOR = rf"({_NAME}){_OTHERS},? et\.? al\b"
# Words that an acronym leaves out as a rule.
_SMALL_WORDS = (
    "a an and are as at be by can do for from how in is it its not of on or that the this to"
    " toward towards using via we what when with you"
).split()


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
    """Return the words of each text, in order: those of `title_words`, without the plural's s."""
    word = pl.element()
    plural = word.str.contains(r"^.{2,}[^s]s$")
    return (
        folded(texts)
        .str.extract_all(_WORD)
        .list.eval(pl.when(plural).then(word.str.head(-1)).otherwise(word))
    )


def prose(texts: pl.Expr) -> pl.Expr:
    """Return texts without addresses and cite keys, whose words are nobody's."""
    return texts.str.replace_all(_ADDRESS, " ")


def leading_author(texts: pl.Expr) -> pl.Expr:
    """Return the term of whom each summary begins with, as in `Roy et al. propose`; or null."""
    cited = texts.str.head(LEAD_CHARS).str.extract(_CITED_AUTHOR)
    name = pl.coalesce(texts.str.extract(_LEADING_AUTHOR), cited)
    return pl.concat_str(pl.lit(AUTHOR), folded(name))


def acronyms(texts: pl.Expr) -> pl.Expr:
    """Return the terms of all acronyms in each text, in order."""
    letters = pl.element().str.strip_suffix("s").str.to_lowercase()
    return (
        texts.str.extract_all(_CAPITALS)
        .list.eval(letters.filter(letters.str.len_chars() >= MIN_ACRONYM))
        .list.eval(pl.concat_str(pl.lit(ACRONYM), pl.element()))
    )


def initials(titles: pl.Expr) -> pl.Expr:
    """Return the term of the acronym that each title would have; null where it has too few words.

    A title `Name: what it is` is known by its name instead; its acronym is that of the rest.
    """
    told = folded(titles.str.replace(r"^[^:]{1,30}: ", "")).str.extract_all(_WORD)
    letters = told.list.eval(
        pl.element().filter(~pl.element().is_in(_SMALL_WORDS)).str.head(1)
    ).list.join("")
    return pl.when(letters.str.len_chars() >= MIN_ACRONYM).then(
        pl.concat_str(pl.lit(ACRONYM), letters)
    )


def surname(names: pl.Expr) -> pl.Expr:
    """Return the term of a person's surname, the last word of the name; null for none."""
    last = folded(names.str.strip_chars()).str.extract(r"(\S+)$")
    return pl.concat_str(pl.lit(AUTHOR), last)

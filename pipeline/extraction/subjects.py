"""Subjects of summaries: an opening `Fawzi et al. study …` names the paper's authors."""

import re
from collections.abc import Iterable

from shortscience.pipeline.extraction.mentions import Mention

_BEGINNING = 120
"""Characters within which the first sentence has its subject."""
_INTRODUCED_WITHIN = 1000
_VERB_AFTER = re.compile(r"[*_]{0,2}(?: (?:also|first|further|then|both))? [a-zA-Z][a-z]+")
# A heading, of one word if its line is lost, marks, and perhaps an introductory clause.
_NOTHING_BEFORE = re.compile(
    r"(?:#{1,6} (?:[^\n]{1,80}\n|[^\W\d_]+ ))?[\W\d_]*(?:[^\W\d_][^.!?\n,]{0,60}, )?\Z"
)
_INTRODUCED = re.compile(
    r"(?:\b[Ii]n (?:this|the|their|that) (?:recent )?(?:paper|work|article|study)"
    r"|\bTo this end"
    r"|\b(?:In order to|To) (?:address|tackle|overcome|solve) (?:this|these) [a-z ]{1,40}),? \Z"
)
_BYLINE = re.compile(r"\b[Tt]his (?:(?:19|20)\d\d |recent )?(?:paper|work|article|study),? by \Z")
_REACH = 90


def subjects(text: str, mentions: Iterable[Mention]) -> frozenset[str]:
    """Return the first authors that are a text's subject, and mentioned without a year."""
    return frozenset(
        mention.authors[0]
        for mention in mentions
        if mention.year is None and _is_subject(text, mention)
    )


def _is_subject(text: str, mention: Mention) -> bool:
    """Whether a mention is the subject of the first sentence, or follows an introduction."""
    before = text[max(0, mention.start - _REACH) : mention.start]
    if mention.start < _INTRODUCED_WITHIN and _BYLINE.search(before):
        return True
    if not _VERB_AFTER.match(text, mention.end):
        return False
    if mention.start < _BEGINNING and _NOTHING_BEFORE.fullmatch(text, 0, mention.start):
        return True
    return mention.start < _INTRODUCED_WITHIN and bool(_INTRODUCED.search(before))

r"""Links and images as Markdown extractors write them, and a summary's permalink.

html2text breaks lines inside labels and addresses, and escapes `()[]\` in addresses; markdownify
escapes nothing there. An address may contain quotation marks, and that of a user's picture has a
title of several lines of HTML.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote_plus

from shortscience.pipeline.sources import shown_facts
from shortscience.pipeline.sources.archived_links import original
from shortscience.pipeline.sources.pieces import Facts

# Possessive, so that a non-link fails without backtracking. `javascript:` addresses nest brackets.
_IMAGE = r"!\[[^\[\]]{0,200}+\]\([^()]{0,400}+\)"
_LABEL = rf"(?:\\.|{_IMAGE}|\[[^\[\]]{{0,40}}+\]|[^\[\]\\]){{0,500}}+"
_QUOTED = r'"(?:\\.|[^"\\]){0,1000}+"'
_FLAT = r'\([^()"]{0,400}+\)'
_NESTED = rf'\((?:[^()"]|{_FLAT}){{0,400}}+\)'
_BRACKETS = rf'\((?:[^()"]|{_NESTED}){{0,1000}}+\)'
_ADDRESS = rf'(?:\\.|[^()"\\]|{_BRACKETS}|{_QUOTED}){{0,2000}}+'
_ANGLED = rf"<(?:\\.|[^<>\\]){{0,2000}}+>(?:\s{{0,9}}{_QUOTED})?"
# The site puts titles and names into these addresses; an apostrophe ends them prematurely.
_SEARCH = (
    r'(?:https://scholar\.google\.com/scholar\?q|search\?term)="'
    r"(?:\\.|[^()\\]|\([^()]{0,400}+\)){0,1000}+"
)
PATTERN = rf"!?\[(?P<label>{_LABEL})\]\((?P<address>{_SEARCH}|{_ANGLED}|{_ADDRESS})\)"
"""A link or image; its label may contain images, and its address may end with a quoted title."""

LINK = re.compile(PATTERN)
_PERMALINK = re.compile(r"/paper\?bibtexKey=(?P<key>.{1,1000}?)(?:&a=(?P<user>[^&\s]{0,200}))?\Z")
_SHARED_TITLE = re.compile(r"&text=Summary\+of\+([^&\s()]{1,2000})&hashtags=shortscience")


def shared_title(block: str) -> str | None:
    """Return the paper's title from the button that shares it on Twitter.

    Lines are never broken there, and only the escapes of addresses occur.
    """
    match = _SHARED_TITLE.search(block)
    return " ".join(unquote_plus(match[1]).split()) or None if match else None


def labels_only(text: str) -> str:
    """Replace links by their labels, and remove images."""
    return LINK.sub(lambda link: "" if link[0][0] == "!" else LINK.sub("", link["label"]), text)


class Permalink(NamedTuple):
    """What the address of a record names: the key of its paper, and the user."""

    key: str | None = None
    user: str | None = None


def permalink(address: str) -> Permalink:
    """Read the address of a record; an empty or other one names nothing."""
    match = _PERMALINK.search(address)
    return Permalink(match["key"], match["user"]) if match else Permalink()


def identified(facts: Facts, address: str, before: Facts) -> Facts:
    """Add the facts in the address of a record, which may be empty.

    A summary without a title block is about the same paper as the one `before` it, if its key
    agrees.
    """
    key, user = permalink(address)
    if key is None:
        return facts
    if facts.title is None and facts.venue is None and key == before.bibtex_key:
        facts = before._replace(votes=facts.votes)
    return facts._replace(
        bibtex_key=key,
        title=shown_facts.title_unless_key(facts.title, key),
        author=shown_facts.user(user),
        url=original(address),
    )

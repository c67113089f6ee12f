r"""Links and images as Markdown extractors write them, and the permalink of a summary.

html2text breaks lines inside of labels and addresses, and escapes `()[]\` in addresses; markdownify
escapes nothing there. An address may hold quoted text, and the address of a user's picture has a
title of several lines of HTML.
"""

import re
from typing import NamedTuple
from urllib.parse import unquote_plus

from shortscience.pipeline.sources.pieces import Facts

# Possessive, so that what does not end as a link fails at once. Addresses of scripts nest brackets.
_IMAGE = r"!\[[^\[\]]{0,200}+\]\([^()]{0,400}+\)"
_LABEL = rf"(?:\\.|{_IMAGE}|\[[^\[\]]{{0,40}}+\]|[^\[\]\\]){{0,500}}+"
_QUOTED = r'"[^"]{0,1000}+"'
_FLAT = r'\([^()"]{0,400}+\)'
_NESTED = rf'\((?:[^()"]|{_FLAT}){{0,400}}+\)'
_BRACKETS = rf'\((?:[^()"]|{_NESTED}){{0,1000}}+\)'
_ADDRESS = rf'(?:\\.|[^()"\\]|{_BRACKETS}|{_QUOTED}){{0,2000}}+'
# The site puts titles and names into such addresses; an apostrophe ends them before their quote.
_SEARCH = (
    r'(?:https://scholar\.google\.com/scholar\?q|search\?term)="'
    r"(?:\\.|[^()\\]|\([^()]{0,400}+\)){0,1000}+"
)
PATTERN = rf"!?\[(?P<label>{_LABEL})\]\((?P<address>{_SEARCH}|{_ADDRESS})\)"
"""A link or image; its label may hold images, and its address ends with its title in quotes."""

LINK = re.compile(PATTERN)
_PERMALINK = re.compile(r"/paper\?bibtexKey=(?P<key>.{1,1000}?)(?:&a=(?P<user>[^&\s]{0,200}))?\Z")
_SHARED_TITLE = re.compile(r"&text=Summary\+of\+([^&\s()]{1,2000})&hashtags=shortscience")
_NOBODY = {"anon", "", None}


class Permalink(NamedTuple):
    """A summary's address, and what it says: the paper's key and the user's name."""

    address: str
    bibtex_key: str
    user: str | None


def permalink(address: str) -> Permalink | None:
    """Read a summary's address; None for any other."""
    match = _PERMALINK.search(address)
    if match is None:
        return None
    return Permalink(address, match["key"], None if match["user"] in _NOBODY else match["user"])


def shared_title(block: str) -> str | None:
    """Return the paper's title as the button that shares it on Twitter holds it.

    Lines are never broken there, and nothing is escaped but as in any address.
    """
    match = _SHARED_TITLE.search(block)
    return " ".join(unquote_plus(match[1]).split()) or None if match else None


def labels_only(text: str) -> str:
    """Put labels in the place of links, and nothing in the place of images."""
    return LINK.sub(lambda link: "" if link[0][0] == "!" else LINK.sub("", link["label"]), text)


def identified(facts: Facts, link: Permalink | None, before: Facts) -> Facts:
    """Add to the facts of a record what its permalink says.

    A summary without a title block is a further one of the paper `before` it, if its key says so.
    """
    if link is None:
        return facts
    if facts.title is None and facts.venue is None and link.bibtex_key == before.bibtex_key:
        facts = before._replace(votes=facts.votes)
    return facts._replace(
        bibtex_key=link.bibtex_key,
        title=None if facts.title == link.bibtex_key else facts.title,
        author=link.user,
        url=link.address,
    )

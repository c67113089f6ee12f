"""Generated pages in the shape of the site's listings, for benchmarks of HTML and crawls.

The texts are those of `benchmarks.corpus`; the markup is this project's own, with the parts of the
site's and of about the same weight: per page 7 kB of head and foot, per summary 1 kB of title block
and 8 kB of buttons around the text. Equal arguments give equal bytes.
"""

import html
import itertools
from collections.abc import Iterator
from urllib.parse import quote

from benchmarks import vocabulary
from benchmarks.corpus import DEFAULT_SEED, Corpus
from shortscience.pipeline.sources import extracted_text

RECORDS_PER_PAGE = 5
_SHARING = (
    "aim bolt crow dove echo fern glow hive iris jade kite lark moss"  # networks that nobody runs
).split()
_HEAD = (
    "<!DOCTYPE html>\n<html>\n<head>\n<title>ShortScience.org - Generated page</title>\n"
    + "".join(f'<link rel="stylesheet" href="/res/css/{n:02}.css">\n' for n in range(20))
    + "".join(f'<script src="/res/js/{n:02}.js"></script>\n' for n in range(40))
    + "<style>\n"
    + "".join(f".button-{n} {{ height:{n}px; margin:0; padding:0 {n}px; }}\n" for n in range(60))
    + "</style>\n</head>\n<body>\n<nav><ul>\n"
    + "".join(f'<li><a href="/venue?key={n}">Venue {n}</a></li>\n' for n in range(30))
    + "</ul></nav>\n"
)
_FOOT = "<center>ShortScience.org</center>\n</body>\n</html>\n"


def pages(count: int, seed: int = DEFAULT_SEED) -> Iterator[bytes]:
    """Generate pages, each with RECORDS_PER_PAGE summaries, one at a time."""
    numbered = enumerate(_texts(count * RECORDS_PER_PAGE, seed))
    for _ in range(count):
        blocks = (
            _block(number, text) for number, text in itertools.islice(numbered, RECORDS_PER_PAGE)
        )
        yield f"{_HEAD}{''.join(blocks)}{_FOOT}".encode()


def _texts(records: int, seed: int) -> Iterator[str]:
    for data in Corpus(records, seed).files():
        for piece in extracted_text.parse(data):
            if piece.kind == "record":
                yield piece.body or ""


def _block(number: int, text: str) -> str:
    key = f"journals/gen/{number}"
    title = vocabulary.NOUNS[number % len(vocabulary.NOUNS)].title() + f" number {number}"
    return _title_block(key, title) + _summary_block(key, title, f"user{number % 997}", text)


def _title_block(key: str, title: str) -> str:
    authors = "".join(
        f"<a href='search?term=\"Author {n}\"'>Author {n}</a>\n and " for n in range(4)
    )
    keywords = "".join(f"<a href='search?term=\"topic {n}\"'>topic {n}</a>, \n" for n in range(6))
    return (
        '<div class="papertitle well papertitle">\n<div name="links" style="float:right">\n'
        f'<a href="https://example.org/{key}"><span></span> example.org</a><br>\n</div>\n'
        f'<a href="./paper?bibtexKey={key}"><big>'
        f'<span class="papertitle">{title}</span></big></a>\n'
        f'<br>\n<small>\n<span class="paperauthors">\n{authors}</span>\n<br>\n'
        "<a href='venue?key=gen&year=2015'>Generated Letters - 2015</a>"
        f" <small>via Generator</small>\n<br>Keywords: {keywords}</small>\n</div>\n"
    )


def _summary_block(key: str, title: str, user: str, text: str) -> str:
    address = f"http://www.shortscience.org/paper?bibtexKey={key}&a={user}"
    tool = '<span class="glyph glyph-{0}" aria-hidden="true"></span>\n'
    return (
        f'<div id="{user}" class="vignette vignette-top " style="width:100%">\n'
        "<table>\n<tr>\n<td>\n"
        f'<a href="user?name={user}" class="usericon" title="{user}">{tool.format("user")}</a>\n'
        f'<input type="hidden" class="paperid" value="{key}"/>\n'
        f'{tool.format("up")}<span class="votevalue">{len(text) % 40}</span>{tool.format("down")}\n'
        f'{"".join(map(tool.format, ("eye", "share", "flag")))}</td>\n<td class="right">\n'
        f'<div class="share-buttons" style="display:none">\n'
        f"{''.join(_share(name, address, title) for name in _SHARING)}</div>\n"
        f'<a href="{address}" title="Link">[link]</a>\nSummary by {user} 3 years ago\n'
        f'<pre class="source entry" style="display:none">{html.escape(text)}</pre>\n'
        '<div class="rendered"><img alt="Loading..." src="wait.gif"/></div>\n'
        "</td>\n</tr>\n</table>\n</div>\n"
    )


def _share(network: str, address: str, title: str) -> str:
    link = f"https://{network}.example/share?url={quote(address, '')}&amp;text={quote(title)}"
    return (
        f"<!-- {network.title()} -->\n"
        f'<a href="{link}&amp;again={quote(address, "")}&amp;hashtag=gen"'
        f' title="Share this summary on {network.title()}" target="_blank" rel="nofollow noopener"'
        f' class="share-button share-button-{network}" style="height:40px; margin:0 4px 0 4px">\n'
        f'    <img src="/res/img/sharebuttons/{network}.png" alt="{network.title()}" height="40" />'
        "</a>\n\n"
    )

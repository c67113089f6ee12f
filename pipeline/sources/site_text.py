"""The site's own words around summaries, in all forms of pages.

Text outside records is boilerplate if all of its words are known to be the site's; anything else
may be an unrecognised summary and is rejected line by line.
"""

import re
from collections.abc import Iterator

from shortscience.pipeline.characters import ASCII_PUNCTUATION
from shortscience.pipeline.sources import markdown_links
from shortscience.pipeline.sources.lines import with_line_starts
from shortscience.pipeline.sources.pieces import Piece

# Sentences by their beginning and, where needed, their end; they may span lines. `#` stands for a
# number, `~` for the rest of a sentence.
_SENTENCES = (
    "ShortScience.org - Making Science Accessible!",
    "Welcome to ShortScience.org!",
    "ShortScience.org is a platform for ~.",
    "The website has # public summaries~.",
    "Reading summaries of papers is useful ~.",
    "Also, writing summaries is a good exercise ~.",
    "Finally, you can keep up to date ~.",
    "ShortScience.org allows researchers to ~!",
    "Write your summary here ~syntax",
    "You must log in before you can ~!",
    "Your draft will not be saved!",
    "Sponsored by:",
    "Summary by guest # minutes ago",
    "Your comment:",
)
# These are the site's only if they fill a line, alone or together.
_LABELS = (
    "Login",
    "RSS Feed",
    "Twitter",
    "Facebook",
    "more",
    "less",
    "hide",
    "All",
    "CompSci",
    "Biology",
    "Physics",
    "Popular (Today",
    "Most Recent",
    "Highest Rated",
    "Loading",
    "# Comments?",
    "Summaries/Notes #",
    "Page #",
    "Prev",
    "Next",
    "About",
    "Preview",
    "Delete",
    "Add Image",
    "Anon",
    "Private",
    "Save",
    "edit",
    "link",
    "sci-hub",
    "#",
    *("URL", "Buffer", "Digg", "Email", "Google", "LinkedIn", "Pinterest", "Reddit"),
    *("StumbleUpon", "Tumblr", "VK"),
)
_PLACEHOLDERS = {r"\ ": r"\s+", r"\#": r"\d{1,9}", r"\~": r"[^.!]{1,300}?", r"s\?": "s?"}


def _pattern(phrase: str) -> str:
    pattern = re.escape(phrase)
    for placeholder, meaning in _PLACEHOLDERS.items():
        pattern = pattern.replace(placeholder, meaning)
    return pattern


_SENTENCE = re.compile("|".join(map(_pattern, _SENTENCES)).encode())
_HOST = r"(?:[a-z0-9-]{1,60}\.){1,4}[a-z]{2,10}"
_BETWEEN = r"[^\w\n\x80-\xff]*+"
_LABEL = rf"(?:{'|'.join(map(_pattern, _LABELS))}|{_HOST})\b"
_PAGE_TITLE = re.compile(
    rb"^[^\n]{1,400} (?:on|profile -) ShortScience\.org[ \t\r]*$", re.MULTILINE
)
_LABEL_LINE = re.compile(
    rf"^(?:{_BETWEEN}{_LABEL}){{1,40}}+{_BETWEEN}$".encode(),
    re.MULTILINE,
)
# A no-break space, a bullet and a byte order mark, which are not letters; Markdown's escapes; tags.
_MARKS = re.compile(
    rb"\xc2\xa0|\xe2\x80\xa2|\xef\xbb\xbf|\\(?=[%b])"
    rb"|</?[a-z]{1,10}[1-6]?(?:\s[^<>]{0,2000})?>" % ASCII_PUNCTUATION.encode()
)
_LINK = re.compile(markdown_links.PATTERN.encode())
_WORD = re.compile(rb"[\w\x80-\xff]")
_BLACK = re.compile(rb"[^\n]")
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")
_LONGEST_OWN = 400
_GREETING = re.compile(rb"\| Welcome to ShortScience\.org! \|")


# trafilatura's CSV begins with the address, and has no header.
_DATA = re.compile(
    rb"\s{0,99}<[!?a-zA-Z]|(?:null|https?://[^\t\n]{1,2000})\t(?:[^\t\n]{1,2000}\t){4}"
)


def is_data(data: bytes) -> bool:
    """Whether the bytes are HTML, XML or a table's row rather than text."""
    return _DATA.match(data) is not None


def greets(data: bytes, beginning: re.Pattern[bytes]) -> bool:
    """Whether a page has a table row with this beginning that contains the greeting."""
    greetings = with_line_starts(data, _GREETING.finditer(data))
    return any(beginning.fullmatch(data, line, greeting.start()) for greeting, line in greetings)


def speaks(data: bytes, start: int, end: int) -> bool:
    """Whether one of the site's sentences is in `data[start:end]`."""
    return _SENTENCE.search(data, start, end) is not None


def is_own(data: bytes) -> bool:
    """Whether a text is nothing but a few words of the site's."""
    return len(b" ".join(data.split())) < _LONGEST_OWN and _WORD.search(_unknown(data)) is None


def around(data: bytes, start: int, end: int) -> Iterator[Piece]:
    """Cut the bytes outside records into the site's boilerplate and stray text."""
    if start == end:
        return
    text = data[start:end]
    unknown = _unknown(text)
    begun, stray = start, None
    for line in _LINE.finditer(text):
        # An empty line belongs to the text before it.
        if stray is not None and not line[0].strip():
            continue
        is_stray = _WORD.search(unknown, *line.span()) is not None
        if stray is not None and is_stray != stray:
            yield _outside(begun, start + line.start(), stray)
            begun = start + line.start()
        stray = is_stray
    yield _outside(begun, end, bool(stray))


def _unknown(text: bytes) -> bytes:
    """Return a text with all that is the site's blanked, in place."""
    unknown = _MARKS.sub(_blank, _LINK.sub(_label, text))
    for known in _PAGE_TITLE, _SENTENCE, _LABEL_LINE:
        unknown = known.sub(_blank, unknown)
    return unknown


def _outside(start: int, end: int, stray: bool) -> Piece:
    if stray:
        return Piece("rejected", start, end, reason="text outside a record")
    return Piece("boilerplate", start, end)


def _blank(match: re.Match[bytes]) -> bytes:
    """Return white space of the same length as a match, keeping its line breaks."""
    return _BLACK.sub(b" ", match[0])


def _label(link: re.Match[bytes]) -> bytes:
    """Blank a link except for its label, in place; an image entirely."""
    if link[0].startswith(b"!"):
        return _blank(link)
    before = link.start("label") - link.start()
    after = link.end("label") - link.start()
    return b" " * before + _LINK.sub(_blank, link["label"]) + _BLACK.sub(b" ", link[0][after:])

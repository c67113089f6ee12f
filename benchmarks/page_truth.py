"""The truth about the saved pages beside the project, and what each of their forms shows of it.

The manifest of the pages tells what stood in the site's database when it rendered them, and what of
it was stored double-encoded; the export holds the texts as their authors wrote them. Neither was
made by a parser of this project. Truth is what a repaired record should hold.
"""

import gzip
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import ftfy.bad_codecs  # noqa: F401 - registers sloppy-windows-1252, which has all 256 bytes

FIELDS = ("bibtex_key", "author", "votes", "posted_at", "title", "authors", "venue", "year")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
"""What no author meant to write, and no table holds."""
MOST_AUTHORS = 20
"""The site shows `et al.` instead of more."""


@dataclass(frozen=True)
class Summary:
    """What is true of one summary; None where the site does not know it.

    The text is None where the export does not have it. Of a summary that only the export has, the
    facts other than its key are not known.
    """

    body: str | None
    bibtex_key: str | None = None
    author: str | None = None
    votes: int | None = None
    posted_at: datetime | None = None
    title: str | None = None
    authors: tuple[str, ...] | None = None
    venue: str | None = None
    year: int | None = None
    facts_known: bool = True
    heads_paper_page: bool = False


@dataclass(frozen=True)
class Page:
    """One page, by its file name without ending and its address, with its summaries in order."""

    name: str
    url: str
    rendered: bool
    """Whether the page itself is there, and not only texts that extractors made of it."""
    texts: frozenset[str]
    """The extractors of which there is a text."""
    summaries: tuple[Summary, ...]


def read_export(pages: Path) -> dict[int, Summary]:
    """Return what the export beside the pages tells, by number, in its order."""
    path = pages.parent / "corpus" / "shortscience_export.json.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        entries = json.load(file)
    return {int(number): _exported(entry) for number, entry in entries.items()}


def _exported(entry: Mapping[str, str]) -> Summary:
    key = parse_qs(urlsplit(entry["sourceUrl"]).query)["bibtexKey"][0]
    body = _CONTROLS.sub("", entry["transcript"]).strip()
    return Summary(body, bibtex_key=key, facts_known=False)


def read_manifest(
    pages: Path, export: Mapping[int, Summary]
) -> tuple[list[Page], dict[int, Summary]]:
    """Return the pages of the manifest, and their summaries by number."""
    found, by_number = [], {}
    for line in (pages / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        summaries = []
        for place, record in enumerate(row["records"]):
            original = export.get(record["dump_id"])
            rendered = _rendered(record, original.body if original else None)
            heads = row["page_type"] == "paper" and place == 0
            summaries.append(replace(rendered, heads_paper_page=heads))
            by_number[record["dump_id"]] = summaries[-1]
        path = Path(row["file"])
        there, texts = (pages / path).exists(), frozenset(row.get("text", ()))
        found.append(Page(path.stem, row["url"], there, texts, tuple(summaries)))
    return found, by_number


def _rendered(record: Mapping[str, Any], body: str | None) -> Summary:
    title = _stored(record["title"], record["title_mode"]) if record["has_metadata"] else None
    authors = (_stored(name, record["authors_mode"]) for name in record["authors"])
    return Summary(
        body,
        bibtex_key=record["bibtexKey"],
        author=None if record["anon"] else record["username"],
        votes=record["votes"],
        posted_at=datetime.fromisoformat(record["posted"]).replace(tzinfo=UTC),
        title=title,
        authors=tuple(authors) or None,
        venue=record["venue"] or None,
        year=record["year"] or None,
    )


def _stored(text: str, mode: str) -> str:
    """Return what was meant by a text of the database, which took UTF-8 for windows-1252."""
    return text.encode("sloppy-windows-1252").decode() if mode == "double" else text


class Limit(NamedTuple):
    """Why a form does not show a field, and of which summaries it does nevertheless."""

    reason: str
    shown: Callable[[Summary], bool] = lambda _: False


@dataclass(frozen=True)
class Form:
    """A form in which the pages are there; it shows every field that has no limit."""

    name: str
    folder: str
    limits: Mapping[str, Limit] = field(default_factory=dict)
    shows: Callable[[str], str] = str
    """What the form shows of a text, where it leaves something out on purpose."""
    cuts: bool = False
    """Whether it cuts long texts."""
    drops: bool = False
    """Whether whole summaries are lost from it as a rule."""

    def told(self, name: str, summary: Summary) -> bool:
        """Whether the form shows a field of a summary."""
        return name not in self.limits or self.limits[name].shown(summary)

    def right(self, told: str, original: str, view: Callable[[str], str] = str) -> bool:
        """Whether a text is the original, or the beginning of it that the form shows, in a view."""
        shown = view(self.shows(original))
        beginning = told.removesuffix("...")
        if self.cuts and beginning != told and len(beginning.encode()) >= CUT_BYTES:
            return shown.startswith(view(beginning))
        return view(told) == shown


_NO_DATE = Limit("shows how long ago a summary was posted, in whole days, months or years")
_FIRST_DATE = Limit(
    "a paper's page tells the date of its first summary, and no other page tells one",
    lambda summary: summary.heads_paper_page,
)
_FEW_AUTHORS = Limit(
    f"shows `et al.` instead of more than {MOST_AUTHORS} authors",
    lambda summary: len(summary.authors or ()) <= MOST_AUTHORS,
)
_KEY_AS_TITLE = Limit(
    "has no addresses, in which the key stands; where the site knows no title, it shows the key",
    lambda summary: summary.title is None,
)
_DISPLAY_NAME = Limit("shows display names, which need not be user names")
_ONE_LINE = Limit("has each text on one line")
_TEXT_ONLY = Limit("has the texts alone")
_NOT_IN_FEED = Limit("is none of a feed's elements")
_LAST_EDIT = Limit("a feed's `pubDate` is the time of the last edit")
_NOT_IN_EXPORT = Limit("is none of the export's fields")

_PAGE = {"posted_at": _FIRST_DATE, "authors": _FEW_AUTHORS}
_LINKED_TEXT = {"posted_at": _NO_DATE, "authors": _FEW_AUTHORS}
_BARE_TEXT = {**_LINKED_TEXT, "bibtex_key": _KEY_AS_TITLE, "author": _DISPLAY_NAME}
_FLAT_TEXT = {**dict.fromkeys(FIELDS, _TEXT_ONLY), "body": _ONE_LINE}
_LINKED_FLAT_TEXT = {
    name: _FLAT_TEXT[name] for name in ("posted_at", "title", "authors", "venue", "year", "body")
}
_FEED = {**dict.fromkeys(("authors", "venue", "year"), _NOT_IN_FEED), "posted_at": _LAST_EDIT}

# The expression that the site's feeds cut addresses out with; it is a well-known one for PHP.
_ADDRESS = re.compile(
    r"\b(?:https?|ftp|file)://[-A-Z0-9+&@#/%?=~_|$!:,.;]*[A-Z0-9+&@#/%=~_|$]", re.IGNORECASE
)
CUT_BYTES = 400
"""A feed cuts at 500 stored bytes. Repaired, and without white space around it, a text has less."""


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub("", text).strip()


PAGE_FORMS = (
    Form("html", "html", _PAGE),
    Form("warc", "warc", _PAGE),
    Form("wet", "wet", _BARE_TEXT),
    Form("bs4_get_text", "text/bs4_get_text", _BARE_TEXT),
    Form("resiliparse", "text/resiliparse", _BARE_TEXT),
    Form("html2text", "text/html2text", _LINKED_TEXT),
    Form("html2text, no links", "text/html2text_nolinks_nowrap", _BARE_TEXT),
    Form("markdownify", "text/markdownify_noscript_atx", {**_LINKED_TEXT, "body": _ONE_LINE}),
    Form("trafilatura 1.8", "text/trafilatura-1.8.1_txt_nostyle_nofallback_images", _FLAT_TEXT),
    Form("trafilatura 1.12", "text/trafilatura-1.12.2_txt_nostyle_nofallback_images", _FLAT_TEXT),
    Form("… no images", "text/trafilatura-1.12.2_txt_nostyle_nofallback", _FLAT_TEXT),
    Form("trafilatura 2.0", "text/trafilatura-2.0.0_txt_nostyle_nofallback_images", _FLAT_TEXT),
    Form(
        "trafilatura 2.3, md",
        "text/trafilatura-2.3.1_md_nostyle_fast_links_images",
        _LINKED_FLAT_TEXT,
    ),
    Form("trafilatura 2.3, txt", "text/trafilatura-2.3.1_txt", _FLAT_TEXT, drops=True),
)
FEEDS = (
    Form("rss, full", "rss/rss-full.xml", _FEED, _without_addresses),
    Form("rss, cut, all", "rss/rss-all.xml", _FEED, _without_addresses, cuts=True),
    Form("rss, cut, latest", "rss/rss.xml", _FEED, _without_addresses, cuts=True),
)
EXPORT = Form(
    "json",
    "../corpus/shortscience_export.json.gz",
    dict.fromkeys((name for name in FIELDS if name != "bibtex_key"), _NOT_IN_EXPORT),
)


def squeezed(text: str) -> str:
    """Return a text without its white space."""
    return "".join(text.split())


def letters(text: str) -> str:
    """Return the ASCII letters and digits of a text: what neither escapes nor mojibake change."""
    return "".join(re.findall("[a-zA-Z0-9]+", text))


def limits(forms: Iterable[Form]) -> dict[str, dict[str, list[str]]]:
    """Return reason → field → names of the forms that do not show it for that reason."""
    found: dict[str, dict[str, list[str]]] = {}
    for form in forms:
        for name, limit in form.limits.items():
            found.setdefault(limit.reason, {}).setdefault(name, []).append(form.name)
    return found

"""Saved pages of the site, in its format, with this project's texts."""

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources import html_page
from shortscience.pipeline.sources.archived_links import original
from shortscience.pipeline.sources.encodings import decode
from shortscience.pipeline.sources.html_page import parse, recognise
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.pieces import Facts, Piece, covering
from shortscience.pipeline.sources.reading import reread
from tests.conftest import NO_SPOOL
from tests.processing import process
from tests.unit.test_encoding import replay

HEAD = "<!DOCTYPE html>\n<html>\n<head><title>ShortScience.org</title></head><body>\n"
FOOT = "<center>ShortScience.org allows researchers to publish summaries</center></body></html>\n"


def title_block(
    title: str = "Adam", key: str = "journals/corr/KingmaB14", authors: str = "", venue: str = ""
) -> str:
    links = "".join(
        f"<a style='x' href='search?term=\"{name}\"'/>\n{name}</a>\n and "
        for name in authors.split("|")
    )
    return (
        '<div class="papertitle well papertitle">\n<div name="links">\n'
        '<a href="https://arxiv.org/abs/1412.6980"><span></span> arxiv.org</a><br>\n'
        "<a href='https://scholar.google.com/scholar?q=\"x\"'>scholar.google.com</a>\n</div>\n"
        f'<a href="./paper?bibtexKey={key}"><big><span class="papertitle">{html.escape(title)}'
        f'</span></big></a>\n<br>\n<small>\n<span class="paperauthors">\n{links}</span>\n<br>\n'
        f"<a href='venue?key=v&year=2015'>{venue}</a> <small>via Local arXiv</small>\n<br>Keywords:"
        '<a href=\'search?term="cs.LG"\'>cs.LG</a></small>\n<div style="display:none"'
        ' id="more-a1"><b>Abstract:</b>Steps that adapt, 1 < 2.</div>\n</div>\n'
    )


def summary_block(
    markdown: str, user: str = "ada", key: str = "journals/corr/KingmaB14", style: str = "top"
) -> str:
    return (
        f'<div id="{user}" class="vignette vignette-{style} " style="width:100%">\n<table><tr><td>'
        f'<input type="hidden" class="paperid" value="{key}"/><span class="votevalue">8</span>'
        f'<a href="http://www.shortscience.org/paper?bibtexKey={key}&a={user}" title="Link">[link]'
        '</a><pre class="source panel-body entry " \n style="display:none">'
        f"{html.escape(markdown)}</pre>\n"
        '<div class="rendered"><img alt="Loading..." src="l.gif"/></div>\n'
        "</td></tr></table>\n</div>\n"
    )


def page(*blocks: str, head: str = "") -> bytes:
    return f"{HEAD}{head}{''.join(blocks)}{FOOT}".encode()


def records(data: bytes) -> list[Piece]:
    assert recognise(data)
    return [piece for piece in covering(parse(data), len(data)) if piece.kind == "record"]


TEXT = "## Idea\n\n* Steps of $a & b < c$\n* `<pre>` and [link] and an em — dash"


def test_all_facts_of_a_listing_are_read() -> None:
    block = title_block(authors="Diederik P. Kingma|Jimmy Ba", venue="ICLR - New York - 2015")
    (record,) = records(page(block, summary_block(TEXT)))
    assert record.body == TEXT
    assert record.facts == Facts(
        bibtex_key="journals/corr/KingmaB14",
        title="Adam",
        authors=("Diederik P. Kingma", "Jimmy Ba"),
        venue="ICLR - New York",
        year=2015,
        abstract="Steps that adapt, 1 < 2.",
        paper_url="https://arxiv.org/abs/1412.6980",
        author="ada",
        votes=8,
        url="http://www.shortscience.org/paper?bibtexKey=journals/corr/KingmaB14&a=ada",
    )


TOOLBAR = (
    '<!-- BEGIN WAYBACK TOOLBAR INSERT --><div id="wm-ipp-base"><form action="/web/submit">'
    '<input name="url" value="http://www.shortscience.org/paper?bibtexKey=a"></form>'
    '<a href="/web/20200101000000*/http://www.shortscience.org/">3 captures</a></div>'
)


def archived(block: str, copy: str) -> str:
    """Rewrite the addresses of a block as the Wayback Machine does."""
    absolute = block.replace('href="./', 'href="http://www.shortscience.org/')
    return re.sub(r"(?<=href=[\"'])(?=http)", f"{copy}/", absolute)


@pytest.mark.parametrize(
    "copy",
    [
        *("/web/20200101000000", "/web/20200101000000im_", "/web/20200101000000js_"),
        *("https://web.archive.org/web/2020", "//web.archive.org/web/20200101000000if_"),
    ],
)
@pytest.mark.parametrize("linked", [True, False], ids=["a paper's link", "only a search"])
def test_an_archived_page_has_the_links_of_the_page(copy: str, linked: bool) -> None:
    title = title_block(venue="ICLR - 2015")
    if not linked:
        title = re.sub(r'<a href="https://arxiv.*<br>', "", title)
    expected = records(page(title, summary_block(TEXT)))
    found = records(page(archived(title, copy), archived(summary_block(TEXT), copy), head=TOOLBAR))
    assert archived(title, copy) != title
    assert [(some.body, some.facts) for some in found] == [
        (some.body, some.facts) for some in expected
    ]
    assert (found[0].facts.paper_url is not None) == linked


@pytest.mark.parametrize(
    "address",
    [
        "https://web.archive.org/",
        "https://web.archive.org/details/http://example.org/",
        "https://example.org/web/2020/http://example.org/",
        "/web/2020/paper",
        "https://sci-hub.st/http://example.org/",
    ],
)
def test_addresses_that_are_no_copies_of_a_link_stay(address: str) -> None:
    assert original(address) == address


def test_a_record_is_read_again_from_its_raw_text() -> None:
    data = page(title_block(), summary_block(TEXT))
    (record,) = records(data)
    again = reread(data[record.start : record.end].decode(), "html")
    assert (again.body, again.facts) == (record.body, record.facts)


def test_facts_unknown_to_the_site_are_null() -> None:
    unknown = title_block(title="somekey2015", key="somekey2015", venue="arXiv - 0")
    (record,) = records(page(unknown, summary_block("A text.", user="anon", key="somekey2015")))
    facts = record.facts
    assert (facts.title, facts.authors, facts.year, facts.author) == (None, None, None, None)


def test_a_key_that_only_the_permalink_has_is_no_title() -> None:
    title = title_block(title="free2015", key="").replace("bibtexKey=", "id=")
    block = summary_block("A text.", key="free2015").replace('class="paperid"', "")
    (record,) = records(page(title, block))
    assert (record.facts.bibtex_key, record.facts.title) == ("free2015", None)


def test_a_merged_title_keeps_the_key_of_the_record() -> None:
    (record,) = records(
        page(title_block(key="conf/a/B1"), summary_block("A text.", key="conf/c/D2"))
    )
    assert (record.facts.bibtex_key, record.facts.title) == ("conf/c/D2", "Adam")


def sorted_attributes(page: str) -> str:
    """Write the attributes of tags in alphabetical order, as BeautifulSoup does."""
    attribute = re.compile(r'[a-z-]+="[^"<>]*"')
    return re.sub(
        r"<(?:div|pre|input|span) [^<>]+>",
        lambda tag: f"<{tag[0][1:].split()[0]} {' '.join(sorted(attribute.findall(tag[0])))}>",
        page,
    )


def mended_links(page: str) -> str:
    """Close the links to authors once, before their names."""
    return re.sub(r"(<a style='x'[^<>]*)/>([^<>]*)</a>", r"\1></a>\2", page)


def never_closed_links(page: str) -> str:
    return re.sub(r"(<a style='x'[^<>]*)/>([^<>]*)</a>", r"\1>\2", page)


def quoted_otherwise(page: str) -> str:
    return re.sub(r'(id|class)="([^"<>]*)"', r"\1='\2'", page)


def markdown_with_blocks(page: str) -> str:
    """Turn title links into Markdown, drop the form, and put code in `pre`, as pandoc does."""
    coded = re.sub(r"(<pre [^<>]*>)([^<>]*)</pre>", r"\1<code>\2</code></pre>", page)
    linked = re.sub(r'<a href="(\./paper[^"]*)">(.*?)</a>', r"[\2](\1)", coded)
    return re.sub(r"<input [^<>]*>", "", linked)


def only_blocks(page: str) -> str:
    return page.removeprefix(HEAD).removesuffix(FOOT)


@pytest.mark.parametrize(
    "saved",
    [
        *(sorted_attributes, mended_links, never_closed_links, quoted_otherwise, only_blocks),
        markdown_with_blocks,
    ],
    ids=lambda f: f.__name__,
)
def test_pages_that_programs_have_written_anew(saved: Callable[[str], str]) -> None:
    title = title_block(authors="Diederik P. Kingma|Jimmy Ba", venue="ICLR - 2015")
    original = page(title, summary_block(TEXT), summary_block("Second.", user="bob", style="alt"))
    written = saved(original.decode())
    assert written != original.decode()
    found = [(record.body, record.facts) for record in records(written.encode())]
    assert found == [(record.body, record.facts) for record in records(original)]
    assert found[0][1].authors == ("Diederik P. Kingma", "Jimmy Ba")


@pytest.mark.parametrize(
    "other",
    [
        '<div class="vignette top" id="ada">A picture</div>',
        '<p class="vignette x">A.</p><pre class="source x">B.</pre>',
        "shortscience.org <pre class='source x'>B.</pre>",
    ],
)
def test_other_markup_is_no_page(other: str) -> None:
    assert not recognise(other.encode())


JSON_LD = '<script type="application/ld+json">{"datePublished" : "2019-07-22 08:57:39",}</script>'


def test_a_paper_page_has_several_summaries_and_an_empty_preview() -> None:
    data = page(
        title_block(),
        summary_block("First."),
        summary_block("Second.", user="bob", style="alt"),
        '<div id="guest" class="vignette vignette-top vignette-preview" style="">preview</div>',
        head=JSON_LD,
    )
    first, second = records(data)
    assert (first.facts.title, second.facts.title) == ("Adam", "Adam")
    assert first.facts.posted_at == datetime(2019, 7, 22, 8, 57, 39, tzinfo=UTC)
    assert second.facts.posted_at is None


def test_pages_in_one_file_keep_their_own_dates() -> None:
    listing = page(title_block(key="conf/a/B1"), summary_block("First.", key="conf/a/B1"))
    paper = page(title_block(), summary_block("Second."), head=JSON_LD)
    for data, dated in ((listing + paper, [False, True]), (paper + listing, [True, False])):
        assert [record.facts.posted_at is not None for record in records(data)] == dated


def test_the_date_is_null_if_the_first_summary_is_not_on_the_page() -> None:
    (record,) = records(page(title_block(), summary_block("Second.", style="alt"), head=JSON_LD))
    assert record.facts.posted_at is None


@pytest.mark.parametrize("date", ["0000-00-00", "2019-13-22", "2019-02-30"])
def test_an_invalid_date_costs_only_itself(date: str) -> None:
    head = JSON_LD.replace("2019-07-22", date)
    (record,) = records(page(title_block(), summary_block("A text."), head=head))
    assert (record.body, record.facts.posted_at) == ("A text.", None)


@pytest.mark.parametrize(
    ("blocks", "reasons"),
    [
        pytest.param([], [], id="no summaries"),
        pytest.param([title_block()], [], id="a title alone"),
        pytest.param([title_block(), summary_block("")], ["no text"], id="an empty summary"),
        pytest.param(
            [title_block(), summary_block("A.").partition("A.")[0]], ["no text"], id="cut off"
        ),
    ],
)
def test_pages_without_a_record(blocks: list[str], reasons: list[str]) -> None:
    data = page(*blocks)
    found = list(covering(parse(data), len(data)))
    assert [piece.reason for piece in found if piece.kind == "rejected"] == reasons
    assert not [piece for piece in found if piece.kind == "record"]


def test_a_page_whose_summaries_are_not_found_is_rejected() -> None:
    data = page(summary_block("A text.")).replace(b'"', b"")
    assert recognise(data)
    assert [piece.reason for piece in parse(data)] == ["a page with summaries in unknown markup"]


@pytest.mark.parametrize("end", ["", "</pr", "</div></body></html>"])
def test_the_text_at_which_a_page_is_cut_off_is_kept(end: str) -> None:
    whole = page(title_block(), summary_block("First."), summary_block("Of a < b.", user="bob"))
    data = whole.partition(b" b.")[0] + end.encode()
    pieces = list(covering(parse(data), len(data)))
    assert [(piece.body, piece.facts.author) for piece in pieces if piece.kind == "record"] == [
        ("First.", "ada"),
        ("Of a <", "bob"),
    ]
    assert "rejected" not in {piece.kind for piece in pieces}


def test_of_a_summary_without_a_text_only_its_own_bytes_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = page(*[summary_block("A.").partition("<pre")[0]] * 50)
    n_decoded = 0

    def counted(some: bytes, *encoding: str) -> str:
        nonlocal n_decoded
        n_decoded += len(some)
        return decode(some, *encoding)

    monkeypatch.setattr(html_page, "decode", counted)
    assert [piece.reason for piece in parse(data)].count("no text") == 50
    assert n_decoded < 2 * len(data)


def test_what_follows_the_end_of_the_page_is_covered() -> None:
    data = page(title_block(), summary_block("A text.")) + b"<!-- Cache was last modified -->"
    assert len(records(data)) == 1


@pytest.mark.parametrize(
    ("written", "text"),
    [
        pytest.param(
            "Kites: {A} Theory of {(ST-RING)}", "Kites: A Theory of (ST-RING)", id="groups"
        ),
        pytest.param(r"Jos{\'{e}} L{\"{o}}w", "José Löw", id="accents"),
        pytest.param("Ann Roy{-}Ito", "Ann Roy-Ito", id="a hyphen"),
        pytest.param("NaÃ¯ve Kites", "Naïve Kites", id="no LaTeX, but a broken encoding"),
        pytest.param("HervÃ© {Roy}", "Hervé Roy", id="after the repair of the encoding"),
        pytest.param(r"Kites \& {\O}", "Kites & Ø", id="signs"),
        pytest.param("{}", "{}", id="what would leave nothing"),
        pytest.param("``Kites'' -- and more", "“Kites” – and more", id="quotation marks"),
        pytest.param("Kites-and-more, f'' - 2", "Kites-and-more, f'' - 2", id="hyphens"),
        pytest.param("Kites at $5 & <b> ~ 50%", "Kites at $5 & <b> ~ 50%", id="no LaTeX"),
    ],
)
def test_titles_venues_and_names_are_repaired_and_their_latex_becomes_text(
    written: str, text: str, tmp_path: Path
) -> None:
    venue = html.escape(f"{written} - 2015")
    block = title_block(title=written, authors=f"Bo Kim|{html.escape(written)}", venue=venue)
    (tmp_path / "page.html").write_bytes(page(block, summary_block(f"{written} in a text.")))
    frames = process(take_inventory([str(tmp_path)], NO_SPOOL).inputs, Settings())
    told = frames["records"].select("title", "venue", "authors").rows()
    assert told == [(text, text, ["Bo Kim", text])]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_formulas_and_code_end_at_empty_lines_however_lines_end(
    tmp_path: Path, line_end: str
) -> None:
    text = "CafÃ© nets cost $5.\n\nThen a_b and x$ end.\n\n$$\ny = 1\n$$\n\n`a\n\nb`"
    written = text.replace("\n", line_end)
    (tmp_path / "page.html").write_bytes(page(title_block(), summary_block(written)))
    frames = process(take_inventory([str(tmp_path)], NO_SPOOL).inputs, Settings())
    ((cleaned, repairs),) = frames["cleaned"].select("text", "repairs").iter_rows()
    (raw,) = frames["records"]["raw"]
    assert cleaned == text.replace("Ã©", "é")
    assert frames["equations"]["latex"].to_list() == ["y = 1"]
    assert html.escape(written) in raw
    assert replay(reread(raw, "html").body, tuple(repairs)) == cleaned


@settings(max_examples=100)
@given(
    st.lists(
        st.sampled_from(
            [
                title_block(),
                summary_block("A."),
                summary_block(""),
                *("<pre ", "</pre>", "</table></div>", '<div id="x" class="vignette ', "é"),
            ]
        ),
        max_size=8,
    )
)
def test_pieces_cover_every_byte_of_any_input(blocks: list[str]) -> None:
    data = page(*blocks)
    list(covering(parse(data), len(data)))


def test_every_real_page_gives_its_records(shared: Path) -> None:
    """Every field on a page, against the truth of all saved pages."""
    lines = (shared / "pages" / "manifest.jsonl").read_text().splitlines()
    wrong = []
    for truth in map(json.loads, lines):
        path = shared / "pages" / truth["file"]
        if not path.exists() or not recognise(path.read_bytes()):
            continue
        found = records(path.read_bytes())
        told = [
            (f.bibtex_key, f.author, f.votes, f.title, list(f.authors or ()), f.venue, f.year)
            for f in (record.facts for record in found)
        ]
        expected = [
            (
                r["bibtexKey"],
                None if r["anon"] else r["username"],
                r["votes"],
                r["title"] if r["has_metadata"] else None,
                r["authors"],
                r["venue"] or None,
                r["year"] or None,
            )
            for r in truth["records"]
        ]
        dated = [r.facts.posted_at for r in found if r.facts.posted_at]
        posted = {r["posted"] for r in truth["records"]}
        if told != expected or not {str(date)[:19] for date in dated} <= posted:
            wrong.append(truth["file"])
    assert wrong == []

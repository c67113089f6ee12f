"""The whole text of a page, by extractors that keep line breaks."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.sources import trafilatura_lines
from shortscience.pipeline.sources.page_text import parse, recognise
from shortscience.pipeline.sources.pieces import Facts, Piece, covering
from shortscience.pipeline.sources.reading import reread

HEAD = "Login\nWelcome to ShortScience.org!\nmore\nhide\n\nPopular (Today)\n"
TITLE = (
    "arxiv.org\nscholar.google.com\nAdam\nDiederik P. Kingma\n and \nJimmy Ba\n\n"
    "ICLR - New York - 2015 via Local arXiv\nKeywords: cs.LG\n"
)
MARK = "7\nURL Twitter\n[link]\n\nSummary by Ada L. 1 year ago\n \n"
TEXT = "Steps that adapt.\n\n* one\n  * two"
BUTTONS = "\nLoading...\nmore\nless\n"
FOOT = "\nNext >>\nAbout\n"


def pieces(text: str) -> list[Piece]:
    data = text.encode()
    return list(covering(parse(data), len(data)))


def records(text: str) -> list[Piece]:
    return [piece for piece in pieces(text) if piece.kind == "record"]


@pytest.mark.parametrize("buttons", [BUTTONS, "\n\n\n\t more\n\t less\n\n"])
def test_a_summary_and_its_title_block(buttons: str) -> None:
    page = HEAD + TITLE + MARK + TEXT + buttons + FOOT
    assert recognise(page.encode())
    (record,) = records(page)
    assert record.body == TEXT
    assert record.facts == Facts(
        title="Adam",
        authors=("Diederik P. Kingma", "Jimmy Ba"),
        venue="ICLR - New York",
        year=2015,
        votes=7,
    )
    again = reread(page.encode()[record.start : record.end].decode(), "extracted-text")
    assert (again.body, again.facts) == (record.body, record.facts)


def test_blanks_between_and_around_the_lines() -> None:
    """BeautifulSoup joins the texts of a page with a separator, which may be a blank."""
    spaced = (HEAD + TITLE + MARK).replace("\n", " \n \t").replace(" - 2015 via", " - 2015   via")
    page = spaced.rstrip("\t") + TEXT + BUTTONS + FOOT
    assert recognise(page.encode())
    (record,) = records(page)
    (plain,) = records(HEAD + TITLE + MARK + TEXT + BUTTONS + FOOT)
    assert (record.body, record.facts) == (plain.body, plain.facts)


def test_a_mark_within_a_line_is_none() -> None:
    page = HEAD + TITLE + MARK.replace("[link]", "the [link]") + TEXT + BUTTONS + FOOT
    assert not recognise(page.encode())


def test_a_key_in_place_of_a_title_is_the_key() -> None:
    title = "scholar.google.com\njournals/corr/KingmaB14\narXiv - 0 via Local Bibsonomy\n"
    (record,) = records(HEAD + title + MARK + TEXT + BUTTONS)
    assert record.facts == Facts(bibtex_key="journals/corr/KingmaB14", venue="arXiv", votes=7)


@pytest.mark.parametrize(
    ("between", "votes"),
    [
        pytest.param("", None, id="none shown"),
        pytest.param("\n12\nURL Twitter", 12, id="its own"),
        pytest.param("3\nA comment.\nAnother.", None, id="a number in a comment"),
    ],
)
def test_a_second_summary_of_a_paper_has_votes_of_its_own(between: str, votes: int | None) -> None:
    mark = between + MARK[MARK.index("\n[link]") :]
    first, second = records(HEAD + TITLE + MARK + "One." + BUTTONS + mark + "Two." + BUTTONS)
    assert (first.body, second.body) == ("One.", "Two.")
    assert second.facts == first.facts._replace(votes=votes)
    assert first.facts.votes is not None


def test_a_truncated_page_keeps_its_records() -> None:
    (record,) = records(HEAD + TITLE + MARK + "One that ends")
    assert record.body == "One that ends"


def test_an_empty_summary_is_rejected() -> None:
    found = pieces(HEAD + TITLE + MARK + BUTTONS)
    assert [piece.reason for piece in found if piece.kind == "rejected"] == ["no text"]


def test_a_flattened_dump_is_another_form() -> None:
    dump = b"Welcome to ShortScience.org! |\n[link]\nSummary by nobody. |\n"
    assert not recognise(dump)
    assert trafilatura_lines.recognise(dump)


@pytest.mark.parametrize("unit", ["\n", " ", "\nmore", "[link] [ ", "\nscholar.google.com"])
def test_large_damaged_pages_are_parsed(unit: str) -> None:
    page = MARK + unit * 30_000 + "end"
    assert sum(piece.end - piece.start for piece in pieces(page)) == len(page)


@settings(max_examples=100)
@given(st.lists(st.sampled_from([TITLE, MARK, TEXT, BUTTONS, "é", "[link]\n", "\n", "less"])))
def test_pieces_cover_every_byte_of_any_input(parts: list[str]) -> None:
    pieces("".join(parts))


@pytest.mark.parametrize("extractor", ["bs4_get_text", "resiliparse"])
def test_every_real_page_gives_its_records(shared: Path, extractor: str) -> None:
    lines = (shared / "pages" / "manifest.jsonl").read_text().splitlines()
    truths = {Path(truth["file"]).stem: truth for truth in map(json.loads, lines)}
    for path in (shared / "pages" / "text" / extractor).iterdir():
        told = [
            (f.title or f.bibtex_key, list(f.authors or ()), f.venue or "", f.year or 0, f.votes)
            for f in (record.facts for record in records(path.read_text()))
        ]
        assert told == [
            (r["title"], r["authors"], r["venue"], r["year"], r["votes"])
            for r in truths[path.stem]["records"]
        ]

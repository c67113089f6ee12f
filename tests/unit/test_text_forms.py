"""Pages by Markdown extractors: the same summaries and facts in every form.

The pages in `cases/text_forms.json` are the extractors' output for one page in the site's format.
Its summaries imitate the site's own words wherever they can.
"""

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.sources import (
    flat_text,
    html2text_page,
    html_tables,
    joined_text,
    markdownify_page,
    page_text,
    reading,
    trafilatura_rows,
)
from shortscience.pipeline.sources.pieces import Piece, covering
from tests.unit.cases import cases

FORMS = {
    module.__name__.rpartition(".")[2]: module
    for module in (
        *(html2text_page, markdownify_page, trafilatura_rows, page_text, joined_text, flat_text),
        html_tables,
    )
}
PAGES = cases("text_forms", "pages")
FACTS = ("bibtex_key", "title", "authors", "venue", "year", "votes")


def pieces(parser: ModuleType, text: str) -> list[Piece]:
    data = text.encode()
    return list(covering(parser.parse(data), len(data)))


def records(parser: ModuleType, text: str) -> list[Piece]:
    return [piece for piece in pieces(parser, text) if piece.kind == "record"]


def facts_of(record: Piece) -> dict[str, Any]:
    """Return a record's facts in the format of the cases."""
    known = {name: value for name, value in record.facts._asdict().items() if value is not None}
    if record.facts.authors:
        known["authors"] = list(record.facts.authors)
    return {"body": record.body, "facts": known}


@pytest.mark.parametrize("case", PAGES)
def test_every_summary_is_found_with_the_facts_of_its_form(case: dict[str, Any]) -> None:
    parser = FORMS[case["module"]]
    assert [facts_of(record) for record in records(parser, case["text"])] == case["records"]


@pytest.mark.parametrize("case", PAGES)
def test_everything_else_is_boilerplate(case: dict[str, Any]) -> None:
    found = pieces(FORMS[case["module"]], case["text"])
    assert [piece for piece in found if piece.kind == "rejected"] == []
    assert any(piece.kind == "boilerplate" for piece in found)


@pytest.mark.parametrize("case", PAGES)
def test_each_form_is_recognised_by_its_own_parser(case: dict[str, Any]) -> None:
    data = case["text"].encode()
    first = next(parser for parser in reading.PARSERS if parser.recognise(data))
    assert first is FORMS[case["module"]]


@pytest.mark.parametrize("case", PAGES)
def test_a_record_is_read_again_from_its_raw_text(case: dict[str, Any]) -> None:
    data = case["text"].encode()
    blocks = [facts_of(record) for record in records(FORMS[case["module"]], case["text"])]
    for record, before in zip(records(FORMS[case["module"]], case["text"]), blocks, strict=True):
        again = reading.reread(data[record.start : record.end].decode(), "extracted-text")
        assert again is not None
        assert again.body == before["body"]
        # A further summary of a paper has no title of its own.
        assert facts_of(again)["facts"].items() <= before["facts"].items()


@pytest.mark.parametrize("case", PAGES)
def test_a_page_from_an_archive_of_the_web_gives_the_same_facts(case: dict[str, Any]) -> None:
    text = re.sub(r"(?<=\]\(<)(?=http)|(?<=\]\()(?=http)", "/web/20200101/", case["text"])
    assert ("](http" in case["text"]) == (text != case["text"])
    found = records(FORMS[case["module"]], text)
    expected = [known["facts"] for known in case["records"]]
    assert [facts_of(record)["facts"] for record in found] == expected


@pytest.mark.parametrize("case", PAGES)
def test_windows_line_ends_change_nothing(case: dict[str, Any]) -> None:
    text = case["text"].replace("\n", "\r\n")
    assert FORMS[case["module"]].recognise(text.encode())
    found = pieces(FORMS[case["module"]], text)
    assert [facts_of(piece) for piece in found if piece.kind == "record"] == case["records"]
    assert [piece for piece in found if piece.kind == "rejected"] == []


@pytest.mark.parametrize("case", PAGES)
def test_a_truncated_page_keeps_the_records_before(case: dict[str, Any]) -> None:
    parser, text = FORMS[case["module"]], case["text"]
    data = text.encode()
    whole = records(parser, text)
    for place in range(0, len(data), 37):
        cut = data[:place].decode(errors="ignore")
        found = records(parser, cut)
        complete = [facts_of(record) for record in whole if record.end <= place]
        assert [facts_of(record) for record in found[: len(complete)]] == complete
        # The truncated one has at most the beginning of its text and of a trailer.
        for record, begun in zip(whole[len(complete) :], found[len(complete) :], strict=False):
            whole_texts = (letters(record.body) + trailer for trailer in TRAILERS)
            assert any(text.startswith(letters(begun.body)) for text in whole_texts)


# The letters of the text after a summary, which may also be cut.
TRAILERS = "Loadinghttpsiimgurcomlgif", "Loadingmoreless", "moreless"


def letters(text: str | None) -> str:
    return "".join(character for character in text or "" if character.isalnum())


@pytest.mark.parametrize("case", PAGES)
def test_stray_text_is_rejected_with_its_reason(case: dict[str, Any]) -> None:
    parser, stray = FORMS[case["module"]], "A summary that nothing marks.\n\n"
    record = records(parser, case["text"])[-1]
    data = case["text"].encode()
    text = (data[: record.end] + b"\n" + stray.encode() + data[record.end :]).decode()
    rejected = [piece for piece in pieces(parser, text) if piece.kind == "rejected"]
    assert [piece.reason for piece in rejected] == ["text outside a record"]
    assert stray.strip() in text.encode()[rejected[0].start : rejected[0].end].decode()


@pytest.mark.parametrize("case", PAGES)
def test_a_damaged_page_never_raises_and_loses_nothing(case: dict[str, Any]) -> None:
    for text in damaged(case["text"]):
        pieces(FORMS[case["module"]], text)


def damaged(text: str) -> Iterator[str]:
    """Shuffle, drop, double and cut the lines of a page, reproducibly."""
    lines = text.splitlines(keepends=True)
    for seed in range(20):
        chance = random.Random(seed)
        yield "".join(chance.sample(lines, len(lines)))
        yield "".join(line for line in lines if chance.random() < 0.8)
        yield "".join(line[chance.randrange(len(line)) :] for line in lines if line)
        yield "".join(line * chance.choice([1, 1, 1, 2]) for line in lines)


FRAGMENTS = st.sampled_from(
    [
        *("[link]", '[[link]](http://x/paper?bibtexKey=a&a=b "Link")', "\\[link\\]", "|  "),
        *("3 [link] Summary by Bo 1 year ago One.", " more less ", "moreless"),
        *(" Summary by Bo 1 year ago", "\n", "    \n    text", " ``` ", "more less", "Loading..."),
        *("scholar.google.com\n", "[a](b", '"', "(", ")", "\\", "é", "\x00", "\r\n", "---|---\n"),
        "| 3 | ",
    ]
)


@pytest.mark.parametrize("parser", FORMS.values(), ids=FORMS)
@given(parts=st.lists(FRAGMENTS, max_size=30))
@settings(max_examples=100)
def test_pieces_cover_every_byte_of_any_input(parser: ModuleType, parts: list[str]) -> None:
    for piece in pieces(parser, "".join(parts)):
        assert (piece.reason is not None) == (piece.kind == "rejected")
        assert bool(piece.body) == (piece.kind == "record")


@pytest.mark.parametrize("case", cases("text_forms", "single"))
def test_one_record(case: dict[str, Any]) -> None:
    parser = FORMS[case["module"]]
    assert [facts_of(record) for record in records(parser, case["text"])] == case["records"]
    rejected = [piece for piece in pieces(parser, case["text"]) if piece.kind == "rejected"]
    assert [piece.reason for piece in rejected] == case.get("rejected", [])


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("<html><body><div>\n", id="HTML"),
        pytest.param(" \n<?xml version='1.0'?>\n<doc>\n", id="XML"),
        pytest.param('null\tnull\t3749d1\tnull\tnull\t"', id="a row of a table"),
        pytest.param('http://x.org/?a\tid\t3749d1\tx.org\tA title\t"', id="with an address"),
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "[link]\nTides. |\n",
        "[link]\nSummary by Ada 2 years ago\nTides.\nmore\nless\n",
        "3 [link] Summary by Ada 2 years ago Tides. more less ",
        "|  |  \t  \t \t  \t    \t[link] Tides. |\n",
    ],
)
def test_markup_and_rows_of_tables_are_no_text(before: str, text: str) -> None:
    assert any(parser.recognise(text.encode()) for parser in reading.PARSERS)
    assert not any(parser.recognise(f"{before}{text}".encode()) for parser in reading.PARSERS)


EXTRACTORS = {
    "html2text": ("html2text_page", {*FACTS, "author"}, 5),
    "html2text_nolinks_nowrap": ("html2text_page", {*FACTS}, 5),
    "markdownify_noscript_atx": ("markdownify_page", {*FACTS, "author"}, 5),
    "trafilatura-2.3.1_md_nostyle_fast_links_images": (
        "trafilatura_rows",
        {"bibtex_key", "author", "votes"},
        5,
    ),
    "trafilatura-2.3.1_txt": ("page_text", set(), None),
}


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_real_pages_give_every_remaining_record(shared: Path, extractor: str) -> None:
    module, knows, left = EXTRACTORS[extractor]
    lines = (shared / "pages" / "manifest.jsonl").read_text().splitlines()
    truths = {Path(truth["file"]).stem: truth["records"] for truth in map(json.loads, lines)}
    for path in (shared / "pages" / "text" / extractor).iterdir():
        text = path.read_text()
        found = pieces(FORMS[module], text)
        found_records = [piece for piece in found if piece.kind == "record"]
        assert len(found_records) == (left or text.count("[link]\n"))
        if left is None:
            continue
        assert [piece for piece in found if piece.kind == "rejected"] == []
        for record, truth in zip(found_records, truths[path.stem], strict=True):
            assert_right(record, truth, knows)


def assert_right(record: Piece, truth: dict[str, Any], knows: set[str]) -> None:
    unnamed = truth["title"] == truth["bibtexKey"]
    true = {
        "bibtex_key": truth["bibtexKey"],
        "title": None if unnamed else truth["title"],
        "authors": tuple(truth["authors"]) or None,
        "venue": truth["venue"] or None,
        "year": truth["year"] or None,
        "author": None if truth["anon"] else truth["username"],
        "votes": truth["votes"],
    }
    facts = {name: value for name, value in record.facts._asdict().items() if value is not None}
    assert {name: true[name] for name in facts if name in true} == {
        name: facts[name] for name in facts if name in true
    }
    # Some forms show no votes of an anonymous summary, and no key beside a title.
    silent = {"votes"} if truth["anon"] else set()
    silent |= set() if "author" in knows or unnamed else {"bibtex_key"}
    assert {name for name in knows - silent if true[name] is not None} <= set(facts)


@pytest.mark.parametrize("extractor", EXTRACTORS)
def test_real_bodies_are_as_their_authors_wrote_them(shared: Path, extractor: str) -> None:
    module, _, left = EXTRACTORS[extractor]
    folder = shared / "pages" / "text"
    same = total = 0
    for path in (folder / extractor).iterdir():
        plain = (folder / "bs4_get_text" / f"{path.stem}.txt").read_text()
        keeps = FORMS[module] is html2text_page
        written = {body(record, keeps) for record in records(page_text, plain)}
        bodies = [body(record, keeps) for record in records(FORMS[module], path.read_text())]
        same += sum(text in written for text in bodies)
        total += len(bodies)
    # trafilatura drops the control characters that double encoding leaves in three of the texts.
    dropped = {"trafilatura_rows": 3, "page_text": 1}.get(module, 0)
    assert same == total - dropped
    assert total == (40 if left else 7)


def body(record: Piece, keeps: bool) -> str:
    return record.body or "" if keeps else " ".join((record.body or "").split())

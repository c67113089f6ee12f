"""The site's feeds, whole and damaged."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.duplicates.find import find_copies_at_hand
from shortscience.pipeline.settings import Settings
from shortscience.pipeline.sources.inputs import take_inventory
from shortscience.pipeline.sources.pieces import Facts, Piece, covering
from shortscience.pipeline.sources.reading import reread
from shortscience.pipeline.sources.rss import parse, recognise
from tests.conftest import NO_SPOOL
from tests.processing import process

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rss xmlns:shortscience="http://www.shortscience.org" version="2.0">\n<channel>\n'
    " <title>ShortScience.org Latest Summaries</title>\n"
)
FOOT = "</channel>\n</rss>\n"


def item(text: str, user: str = "ada") -> str:
    return (
        "<item>\n\t<shortscience:arxivid>1412.6980</shortscience:arxivid>\n"
        "\t<shortscience:bibtexkey>journals/corr/KingmaB14</shortscience:bibtexkey>\n"
        "\t<shortscience:votes>7</shortscience:votes>\n\t<title>Adam</title>\n"
        f"\t<author>Ada L.</author>\n\t<description>{text}</description>\n"
        f"\t<link>http://www.shortscience.org/paper?bibtexKey=journals/corr/KingmaB14#{user}</link>\n"
        "</item>\n"
    )


def pieces(feed: str) -> list[Piece]:
    data = feed.encode()
    assert recognise(data)
    return list(covering(parse(data), len(data)))


def bodies(feed: str) -> list[str | None]:
    return [piece.body for piece in pieces(feed) if piece.kind == "record"]


def test_an_item_has_key_user_votes_and_paper() -> None:
    feed = HEAD + item("Steps that\n\nadapt, 1 &lt; 2 &amp; more.") + FOOT
    (record,) = [piece for piece in pieces(feed) if piece.kind == "record"]
    assert record.body == "Steps that\n\nadapt, 1 < 2 & more."
    assert record.facts == Facts(
        bibtex_key="journals/corr/KingmaB14",
        title="Adam",
        paper_url="https://arxiv.org/abs/1412.6980",
        author="ada",
        votes=7,
        url="http://www.shortscience.org/paper?bibtexKey=journals/corr/KingmaB14#ada",
    )
    again = reread(feed.encode()[record.start : record.end].decode(), "rss")
    assert (again.body, again.facts) == (record.body, record.facts)


def test_anon_is_not_a_user() -> None:
    (record,) = [p for p in pieces(HEAD + item("A.", "anon") + FOOT) if p.kind == "record"]
    assert record.facts.author is None


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        pytest.param(HEAD + item("A & B") + item("C") + FOOT, ["A & B", "C"], id="bare ampersand"),
        pytest.param(HEAD + item("A \x08 B") + FOOT, ["A  B"], id="control character"),
        pytest.param(HEAD + item("A < B") + item("C") + FOOT, ["A < B", "C"], id="bare angle"),
        pytest.param(
            HEAD + item("A") + item("Cut off here").partition("</desc")[0],
            ["A", "Cut off here"],
            id="feed that breaks off",
        ),
        pytest.param(HEAD + FOOT, [], id="no items"),
        pytest.param(
            HEAD + item("A").replace("</item>", "") + item("B") + FOOT, ["A", "B"], id="not closed"
        ),
        pytest.param(
            HEAD + item("a caf&amp;eacute; x&nbsp;y a &amp; b &lt; c") + FOOT,
            ["a caf&eacute; x\N{NO-BREAK SPACE}y a & b < c"],
            id="named characters of HTML",
        ),
        pytest.param(
            HEAD + item("a &#0; &#xD800; &#65; &nothing; &amp; b") + FOOT,
            ["a \ufffd \ufffd A &nothing; & b"],
            id="numbered characters, and none",
        ),
        pytest.param(
            HEAD + item("<![CDATA[a <b>tag</b> & a < b &amp; <item> c]]>") + FOOT,
            ["a <b>tag</b> & a < b &amp; <item> c"],
            id="CDATA",
        ),
        pytest.param(
            HEAD + item("<![CDATA[a]]> &amp; <![CDATA[b") + item("c") + FOOT,
            ["a & b", "c"],
            id="CDATA not closed",
        ),
        pytest.param(HEAD + item("...") + item("A…") + FOOT, ["A…"], id="nothing but a cut"),
        pytest.param(
            HEAD.replace("<rss", '<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n<rss')
            + item("bomb &b;")
            + FOOT,
            ["bomb &b;"],
            id="entities are not expanded",
        ),
    ],
)
def test_damage_costs_only_its_own_item(feed: str, expected: list[str]) -> None:
    assert bodies(feed) == expected


def test_a_broken_address_costs_nothing() -> None:
    broken = item("A").replace("http://www.shortscience.org", "http://[2]")
    first, second = (p for p in pieces(HEAD + broken + item("B") + FOOT) if p.kind == "record")
    assert (first.body, first.facts.author) == ("A", "ada")
    assert second.facts.author == "ada"


def test_an_empty_description_is_rejected() -> None:
    found = pieces(HEAD + item("") + FOOT)
    assert [piece.reason for piece in found if piece.kind == "rejected"] == ["no text"]


def test_a_preview_is_a_truncated_copy_of_the_whole_text(tmp_path: Path) -> None:
    words = [f"word{number}" for number in range(100)]
    whole = " ".join(words)
    (tmp_path / "feed.xml").write_text(HEAD + item(f"{whole[:400]}...") + FOOT)
    (tmp_path / "export.json").write_text(json.dumps([{"transcript": whole}]))
    frames = process(take_inventory([str(tmp_path)], NO_SPOOL).inputs, Settings())
    own = Settings()
    outcomes = find_copies_at_hand(
        frames["signatures"], frames["cleaned"], own.signatures, own.duplicates
    ).outcomes
    assert sorted(outcomes["status"]) == ["duplicate", "kept"]
    assert outcomes["relation"].drop_nulls().to_list() == ["truncated"]


@settings(max_examples=100)
@given(st.lists(st.sampled_from([item("A"), item(""), "<item>", "</item>", "<", "é", "\n"])))
def test_pieces_cover_every_byte_of_any_input(parts: list[str]) -> None:
    pieces(HEAD + "".join(parts))


def test_every_item_of_the_real_feeds_is_found(shared: Path) -> None:
    for path in (shared / "pages" / "rss").iterdir():
        data = path.read_bytes()
        found = [piece for piece in covering(parse(data), len(data)) if piece.kind != "boilerplate"]
        assert len(found) == data.count(b"<item>")
        assert all(piece.facts.bibtex_key for piece in found if piece.kind == "record")

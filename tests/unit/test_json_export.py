"""A scraper's JSON export, whole and damaged."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.sources.json_export import parse, recognise
from shortscience.pipeline.sources.pieces import Facts, Piece, covering
from shortscience.pipeline.sources.reading import reread
from tests.growth import LONGER, is_linear

ADAM = {
    "sourceUrl": "https://shortscience.org/paper?bibtexKey=journals/corr/KingmaB14",
    "transcript": '# Adam\n\nSteps of $\\alpha$ — per "weight".',
    "linkToPaper": "https://arxiv.org/abs/1412.6980",
}
PLAIN = {"transcript": "Nothing but a text."}


def pieces(data: bytes) -> list[Piece]:
    assert recognise(data)
    return list(covering(parse(data), len(data)))


def records(data: bytes) -> list[Piece]:
    return [piece for piece in pieces(data) if piece.kind == "record"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps({"0": ADAM, "1": PLAIN}), id="object of objects"),
        pytest.param(json.dumps({"0": ADAM, "1": PLAIN}, indent=2), id="indented"),
        pytest.param(json.dumps({"0": ADAM, "1": PLAIN}, ensure_ascii=False), id="not escaped"),
        pytest.param(json.dumps([ADAM, PLAIN]), id="array"),
        pytest.param(f"{json.dumps(ADAM)}\n{json.dumps(PLAIN)}\n", id="one per line"),
        pytest.param(f"\ufeff{json.dumps({'0': ADAM, '1': PLAIN})}", id="byte order mark"),
        pytest.param(f"{json.dumps([ADAM])}\n{json.dumps([PLAIN])}", id="two arrays"),
        pytest.param(f"{json.dumps({'0': ADAM})}\n{json.dumps({'0': PLAIN})}", id="two objects"),
    ],
)
def test_every_container(text: str) -> None:
    first, second = records(text.encode())
    assert first.body == ADAM["transcript"]
    assert first.facts == Facts(
        bibtex_key="journals/corr/KingmaB14", paper_url=ADAM["linkToPaper"], url=ADAM["sourceUrl"]
    )
    assert (second.body, second.facts) == (PLAIN["transcript"], Facts())


@pytest.mark.parametrize(
    ("written", "body"),
    [
        pytest.param("one\r\n\r\ntwo", "one\n\ntwo", id="Windows"),
        pytest.param("one\r\rtwo", "one\n\ntwo", id="old Macintosh"),
        pytest.param("one\n\n\ttwo", "one\n\n\ttwo", id="no other white space"),
    ],
)
def test_lines_end_with_line_feeds(written: str, body: str) -> None:
    (record,) = records(json.dumps({"transcript": written}).encode())
    assert record.body == body


def test_a_record_is_read_again_from_its_raw_text() -> None:
    for text in (json.dumps({"0": ADAM}, ensure_ascii=False), json.dumps([ADAM])):
        data = text.encode()
        (record,) = records(data)
        again = reread(data[record.start : record.end].decode(), "json")
        assert (again.body, again.facts) == (record.body, record.facts)


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        pytest.param('{"0": {"transcript": "A."}, "1": {"trans', ["broken JSON"], id="cut"),
        pytest.param('{"0": {"transcript": "A."}, "1": {}}', ["no transcript"], id="another kind"),
        pytest.param('[{"transcript": "A."}, {"transcript": 5}]', ["no transcript"], id="number"),
        pytest.param('[{"transcript": "A."}, {"transcript": " "}]', ["no text"], id="empty"),
        pytest.param('{"transcript": "B\n{"transcript": "A."}\n', ["broken JSON"], id="cut line"),
        pytest.param('{"1": {"B\n"0": {"transcript": "A."}}', ["broken JSON"], id="cut entry"),
        pytest.param(
            '[\n  {\n    "transcript": "B "C" "\n  },\n  {\n    "transcript": "A."\n  }\n]',
            ["broken JSON"],
            id="broken entry of an indented array",
        ),
        pytest.param(
            '{\n  "0": {\n    "transcript": "B "C" "\n  },'
            '\n  "1": {\n    "transcript": "A."\n  }\n}',
            ["broken JSON"],
            id="broken entry of an indented object",
        ),
        pytest.param('[{"transcript": "A."}, ' + '{"x": [' * 100_000, ["broken JSON"], id="deep"),
    ],
)
def test_damage_costs_only_its_own_entry(text: str, reasons: list[str]) -> None:
    found = pieces(text.encode())
    assert [piece.body for piece in found if piece.kind == "record"] == ["A."]
    assert [piece.reason for piece in found if piece.kind == "rejected"] == reasons


@pytest.mark.parametrize(
    ("page", "key"),
    [
        pytest.param("http://[/paper?bibtexKey=conf/a/B1", "conf/a/B1", id="unclosed bracket"),
        pytest.param("http://[2]/paper?bibtexKey=conf/a/B1#x?y", "conf/a/B1", id="no IP address"),
        pytest.param("http://a\u2100/paper", None, id="a host that normal form would change"),
    ],
)
def test_a_broken_address_costs_nothing(page: str, key: str | None) -> None:
    broken = json.dumps({"0": {**PLAIN, "sourceUrl": page}, "1": ADAM})
    first, second = records(broken.encode())
    assert first.facts == Facts(bibtex_key=key, url=page)
    assert second.body == ADAM["transcript"]


def test_strings_may_hold_tabs_and_line_breaks() -> None:
    (record,) = records(b'[{"transcript": "One\ttext,\ntwo lines."}]')
    assert record.body == "One\ttext,\ntwo lines."


@pytest.mark.parametrize(
    "line", ['{"transcript": "B\n', '{"transcript": ["B",\n', '{"a": {\n', "{\n", ' "a": {\n']
)
def test_the_cost_of_broken_entries_is_bounded(line: str) -> None:
    data = (line * 20_000).encode()
    assert is_linear(lambda some: list(parse(some)), data[: len(data) // LONGER], data)


def test_surrogates_are_replaced() -> None:
    half = {"transcript": "half \ud83d and \U0001f600", "sourceUrl": "/paper?bibtexKey=k\ud83d"}
    (record,) = records(json.dumps([half]).encode("ascii"))
    assert (record.body, record.facts.bibtex_key) == ("half \ufffd and \U0001f600", "k\ufffd")
    (stray,) = records(b'[{"transcript": "caf\xe9"}]')
    assert stray.body == "café"


PARTS = [
    *(b'{"0": {"transcript": "A."', b"}", b"{", b"[", b"]", b",", b'"1": ', b'"', b"\\"),
    *(b"\xe9", b"\n"),
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PARTS), max_size=14).map(b"".join))
def test_pieces_cover_every_byte_of_any_input(data: bytes) -> None:
    list(covering(parse(data), len(data)))

"""What is marked as code, math and URL, and what remains prose."""

import re
import re._parser as sre

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.scanner import _SCANNER, Covered, outside, scan, trim_url
from tests.growth import LONGER, is_linear
from tests.unit.cases import cases

REPEATS = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}
SECTIONS = ("code", "math", "addresses", "prose", "known failures")
MARKS = r"$ $$ ` ``` \[ \] \( \) \begin{align} \end{align} ]( ( ) [ < > http:// www. \ _ ^ = x 5"
PIECES = [*MARKS.split(), " ", "\n", "\n\n", "é", "𝔁"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=20).map("".join) | st.text(max_size=60)


@pytest.mark.parametrize("case", cases("scanner", *SECTIONS))
def test_spans(case):
    text = case["text"]
    found = [[span.kind, text[span.inner_start : span.inner_end]] for span in scan(text)]
    assert found == case["spans"]


@given(TEXTS)
@settings(max_examples=150)
def test_spans_are_ordered_and_inside_the_text(text):
    position = 0
    for span in scan(text):
        assert position <= span.start <= span.inner_start <= span.inner_end <= span.end
        assert span.start < span.end <= len(text)
        position = span.end


@given(TEXTS)
@settings(max_examples=100)
def test_spans_and_what_is_outside_tile_the_text(text):
    spans = scan(text)
    between = list(outside(spans, len(text)))
    tiles = sorted([*between, *((span.start, span.end) for span in spans)])
    assert "".join(text[start:end] for start, end in tiles) == text
    covered = Covered(spans)
    assert [i for i in range(len(text)) if i not in covered] == [
        i for start, end in between for i in range(start, end)
    ]


def unlimited(part):
    """Yield the unlimited repetitions of a parsed regular expression."""
    if isinstance(part, tuple) and part[0] in REPEATS and part[1][1] == sre.MAXREPEAT:
        yield str(part[1][2])
    if isinstance(part, tuple | list | sre.SubPattern):
        for inner in part:
            yield from unlimited(inner)


def test_nothing_is_repeated_without_a_limit_but_runs_of_ticks_blanks_hosts_and_data():
    """This bounds the work at each position, and makes the cost of a text linear."""
    parsed = sre.parse(_SCANNER.pattern, _SCANNER.flags & ~re.UNICODE)
    runs = "`", r"[ \t]", r"[\w-]", r"[^\s()<>]", "[a-zA-Z0-9+/=%]"
    assert set(unlimited(parsed)) == {str(sre.parse(run)) for run in runs}


@pytest.mark.parametrize(
    "unit",
    [
        *("$", "$a", "$ ", "`", "` ", "b `", "```a ", "[", "](", "](a(", "[a](", "<", "http://"),
        *("www.a.b", "(", r"\[", r"\[=", r"\(", r"\begin{align}", "\\", "\\$", "$$a", "\n", " "),
    ],
)
def test_unclosed_spans_are_abandoned_soon(unit):
    text = (unit * 30_000)[:30_000]
    assert all(span.end <= len(text) for span in scan(text))
    assert is_linear(scan, text[: len(text) // LONGER], text)


def test_a_closing_delimiter_far_away_closes_nothing():
    for opening, closing in [("`", "`"), ("$", "$"), ("$$", "$$"), (r"\[=", r"\]")]:
        assert scan(f"{opening}{'x' * 50_000}{closing}") == []


def test_flattening_a_text_changes_no_span():
    text = "A `b`\nc $x$ d\n\n$$\ny = 1\n$$\n\n```\nz\n```\n[e](http://example.org/f)\n"
    flat = re.sub(r"\s+", " ", text)
    kinds = ["code", "inline", "display", "code", "url"]
    assert [span.kind for span in scan(text)] == [span.kind for span in scan(flat)] == kinds


@pytest.mark.parametrize(
    ("url", "trimmed"),
    [
        ("http://a.b/c.", "http://a.b/c"),
        ("http://a.b/(c))", "http://a.b/(c)"),
        ("http://a.b/c).**", "http://a.b/c"),
        ("http://a.b/c?d=1", "http://a.b/c?d=1"),
    ],
)
def test_an_address_excludes_its_sentences_punctuation(url, trimmed):
    assert trim_url(url) == trimmed

"""The plain text of summaries."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.cleaning.clean import clean
from shortscience.pipeline.cleaning.plain_text import plain_text
from tests.growth import LONGER, is_linear
from tests.unit.cases import cases

WORDS = st.text("abcdefg", min_size=1, max_size=5)
MARKED = st.one_of(
    WORDS,
    WORDS.map("${}_1$".format),
    WORDS.map("$ {}^2 $".format),
    WORDS.map(r"\({}\)".format),
    WORDS.map("$$ {} = 1 $$".format),
    WORDS.map("http://example.org/{}".format),
    WORDS.map("[{0}](http://example.org/{0})".format),
    WORDS.map("![{0}](https://example.org/{0}.png)".format),
    WORDS.map("<https://example.org/{}>".format),
    WORDS.map("`{}`".format),
    WORDS.map("**{}**".format),
)


@pytest.mark.parametrize("case", cases("plain_text", "reduced", "kept"))
def test_plain_text(case):
    assert plain_text(case["markdown"]) == case["plain"]


@pytest.mark.parametrize(
    ("text", "n_words"),
    [
        pytest.param("It doesn't fit: 3.5 % of state-of-the-art nets.", 7, id="English"),
        pytest.param("Это мы проверили — дважды.", 4, id="Russian"),
        pytest.param("这篇论文很好。", 6, id="Chinese"),
        pytest.param("用GPT模型 训练", 6, id="Chinese with a Latin name"),
        pytest.param("データは新しい", 5, id="Japanese, whose katakana are one word"),
        pytest.param("이 논문은 좋다.", 3, id="Korean, which has spaces"),
        pytest.param("— … !", 0, id="no word"),
    ],
)
def test_words_are_counted(text: str, n_words: int) -> None:
    records = pl.DataFrame(
        {"record_id": ["a"], "body": [text], "reason": [None], "keeps_structure": [True]}
    )
    cleaned, _ = clean(records)
    assert cleaned["n_words"].to_list() == [n_words]


@given(st.lists(MARKED))
@settings(max_examples=200)
def test_no_address_and_no_math_is_left(parts):
    plain = plain_text(" ".join(parts))
    assert not re.search(r"https?:|example|[$`_^=*\\\[\]()!<>]", plain)


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_white_space_is_single_and_inside(text):
    plain = plain_text(text)
    assert plain == plain.strip()
    assert not re.search(r"[ \t]{2}|[ \t]\n|\n[ \t\n]", plain)


def test_the_cost_of_blanks_is_bounded():
    """Patterns that begin with optional blanks are quadratic on a long run of them."""
    assert plain_text("a" + " " * 100_000 + "b") == "a b"


@pytest.mark.parametrize("sign", "*_~#-`![<\\|$>")
def test_the_cost_of_a_long_run_of_a_sign_is_linear(sign):
    short, long = (f"a {sign * length} b" for length in (10_000, 10_000 * LONGER))
    assert is_linear(plain_text, short, long)

"""The search index: words find the rows whose texts contain them."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shortscience.pipeline.report.search_index import (
    FIELDS,
    OFTEN_BIT,
    count_files,
    deal_out,
    file_of,
    words_of_slice,
)
from shortscience.pipeline.report.slices import SLICE_ROWS

DIGITS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


def summaries(*texts: str) -> pl.DataFrame:
    none = pl.Series([None] * len(texts), dtype=pl.String)
    known = ("title", "venue", "venue_key", "author", "paper_id", "summary_id", "bibtex_key")
    names = dict.fromkeys(known, none)
    lists = pl.Series([None] * len(texts), dtype=pl.List(pl.String))
    return pl.DataFrame(
        {
            **names,
            "authors": lists,
            "identifiers": lists,
            "plain_text": pl.Series(texts, dtype=pl.String),
        }
    )


def rows_by_word(slices: list[pl.DataFrame], n_files: int) -> dict[str, list[int]]:
    """Read the index as the browser does."""
    found = {}
    for number, file in enumerate(deal_out(slices, n_files)):
        for word, held in zip(file.words, file.rows, strict=True):
            assert file_of(word, n_files) == number
            found[word] = [
                part * SLICE_ROWS + DIGITS.index(codes[at]) * 64 + DIGITS.index(codes[at + 1])
                for part, codes in zip(held[::2], held[1::2], strict=True)
                for at in range(0, len(codes), 3)
            ]
    return found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Deep Learning, deep!", {"deep", "learning"}),
        ("Schrödinger’s naïve", {"schrodinger", "s", "naive"}),
        ("1706.03762", {"1706", "03762"}),
        ("__proto__", {"proto"}),
        ("深層学習", {"深層学習"}),
        ("ﬁne", {"fine"}),
        ("a" * 40, {"a" * 32}),
        ("", set()),
    ],
)
def test_words(text, words):
    assert set(words_of_slice(summaries(text))["word"]) == words


def test_all_fields_that_name_a_paper_are_searched():
    lists = pl.List(pl.String)
    frame = summaries("text title text title text").with_columns(
        title=pl.lit("Title"), venue=pl.lit("NIPS"), author=pl.lit("jo"),
        paper_id=pl.lit("arxiv:1706.03762"), summary_id=pl.lit("ab12"),
        bibtex_key=pl.lit("journals/corr/Vas17"), identifiers=pl.lit(["doi:10.1/x"], dtype=lists),
        authors=pl.lit(["Ann Lee"], dtype=lists),
    )  # fmt: skip
    found = {word: DIGITS.index(codes[2]) for word, codes in words_of_slice(frame).rows()}
    bit = {name: number for name, (number, _) in FIELDS.items()}
    keys = "arxiv 1706 03762 ab12 journals corr vas17 doi 10 1 x".split()
    assert found == {
        **dict.fromkeys(keys, bit["key"]),
        **dict.fromkeys(("ann", "lee"), bit["authors"]),
        **dict.fromkeys(("nips", "jo"), bit["reviewer or venue"]),
        "title": bit["title"] | bit["text"],
        "text": bit["text"] | OFTEN_BIT,
    }


WORDS = st.lists(st.sampled_from(["net", "network", "Net", "x", "ö", "深層"]), max_size=5)


@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=70), min_size=1, max_size=3), st.integers(1, 9)
)
@settings(max_examples=60)
def test_each_word_finds_the_rows_that_hold_it(slices, n_files):
    texts = [[" ".join(words) for words in part] for part in slices]
    found = rows_by_word([words_of_slice(summaries(*part)) for part in texts], n_files)
    expected: dict[str, list[int]] = {}
    for number, part in enumerate(slices):
        for row, words in enumerate(part):
            for word in sorted({word.lower().replace("ö", "o") for word in words}):
                expected.setdefault(word, []).append(number * SLICE_ROWS + row)
    assert found == expected


@pytest.mark.parametrize(("summaries", "files"), [(0, 1), (56, 1), (16_000, 161), (10**6, 1021)])
def test_the_number_of_files_grows_with_the_release(summaries, files):
    assert count_files(summaries) == files

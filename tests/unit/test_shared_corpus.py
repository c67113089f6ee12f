"""The text stages on real summaries, where these stand beside the project; floors as measured."""

import gzip
import json
import re

import pytest

from benchmarks import rendering
from benchmarks.structure import compare, read_pairs
from pipeline.cleaning.encoding import repair
from pipeline.cleaning.plain_text import plain_text
from pipeline.cleaning.structure import restore
from pipeline.extraction.addresses import Link, addresses
from pipeline.extraction.citations import citations
from pipeline.extraction.equations import equations
from pipeline.scanner import scan


@pytest.fixture(scope="module")
def pairs(shared):
    path = shared / "corpus" / "flattened_pairs.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="module")
def extracted(pairs):
    """Per form of each summary: (text, equations, images and links, citations)."""
    return [(everything(pair["markdown"]), everything(pair["flattened"])) for pair in pairs]


def everything(text):
    spans = scan(text)
    located = list(addresses(text, spans))
    links = [item for item in located if isinstance(item, Link)]
    return text, list(equations(text, spans)), located, citations(text, spans, links)


def squeezed(text):
    return re.sub(r"\s", "", text)


def share_alike(extracted, part, view):
    alike = [
        [view(item) for item in written[part]] == [view(item) for item in flat[part]]
        for written, flat in extracted
    ]
    return sum(alike) / len(alike)


def test_offsets_are_exact(extracted):
    for form in (form for pair in extracted for form in pair):
        text = form[0]
        for item in (item for part in form[1:] for item in part):
            assert text[item.start : item.end] == item.raw


def test_a_dump_holds_the_same_equations_links_and_citations_as_the_source(extracted):
    assert share_alike(extracted, 1, lambda e: (squeezed(e.latex), e.display)) >= 0.995
    assert share_alike(extracted, 2, lambda a: a.url) >= 0.995
    assert share_alike(extracted, 3, lambda c: (c.kind, squeezed(c.raw))) >= 0.99


def test_equations_links_and_images_are_those_that_the_site_shows(shared):
    pairs = read_pairs(shared / "corpus" / "flattened_pairs.jsonl.gz")
    truth = [list(rendering.rendered(pair.markdown)) for pair in pairs]
    for form in rendering.FORMS.values():
        for score in rendering.compare(pairs, form, truth).values():
            assert min(score.precision, score.recall) >= 0.993


def test_equations_are_found_and_nearly_all_are_well_formed(extracted):
    found = [item for written, _ in extracted for item in written[1]]
    assert len(found) >= 2_500
    assert sum(item.well_formed for item in found) / len(found) >= 0.995


def test_structure_is_restored_without_touching_anything_but_white_space(pairs):
    for pair in pairs:
        assert squeezed(restore(pair["flattened"])[0]) == squeezed(pair["flattened"])


def test_blocks_are_restored_where_their_authors_put_them(shared):
    pairs = read_pairs(shared / "corpus" / "flattened_pairs.jsonl.gz")
    scores = compare(pairs, (restore(pair.flattened)[0] for pair in pairs))
    floors = {
        "heading": 0.995,
        "list item": 0.98,
        "code": 0.88,
        "quote": 0.92,
        "table": 0.95,
        "display math": 0.92,
        "paragraph": 0.68,
        "all": 0.885,
    }
    assert {kind: score.f1 for kind, score in scores.items() if score.f1 < floors[kind]} == {}


def test_plain_text_holds_no_address_and_no_image(pairs):
    for pair in pairs:
        assert not re.search(r"https?://|!\[|\]\(", plain_text(pair["markdown"]))


def test_negative_encoding_cases_are_unchanged(shared):
    negative = json.loads((shared / "encoding" / "negative.json").read_text(encoding="utf-8"))
    changed = [case for case in negative if repair(case["original"]).repairs]
    # In one of them, a C1 control does stand for a printed character.
    assert [case["label"].split(":")[0] for case in changed] == ["Mostly negative"]
    assert all(repair(case["original"]).text == case["fixed"] for case in changed)


@pytest.mark.parametrize("name", ["in-the-wild", "language-names"])
def test_real_mojibake_is_repaired(shared, name):
    path = shared / "encoding" / f"{name}.json"
    for case in json.loads(path.read_text(encoding="utf-8")):
        assert repair(case["original"]).text == case.get("fixed-encoding", case["fixed"])

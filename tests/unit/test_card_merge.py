"""Merging a card edited on the Hub with a newly generated one."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shortscience.pipeline.publishing.card_merge import hand_edited, merge_cards
from shortscience.pipeline.release.card_parts import Card, parse_card
from tests.unit.cases import cases


@pytest.mark.parametrize("case", cases("card_merge", "sections"))
def test_sections(case: dict[str, Any]) -> None:
    generated = parse_card(case["was"]).digests() if case["was"] else {}
    there = parse_card(case["there"])
    merged = merge_cards(parse_card(case["new"]), there, generated)
    assert merged.to_markdown() == f"---\n{{}}\n---\n\n{case['merged']}"
    assert hand_edited(there, generated) == case["kept"]


@pytest.mark.parametrize("case", cases("card_merge", "front"))
def test_front_matter(case: dict[str, Any]) -> None:
    was, there, new = (
        parse_card(f"---\n{yaml.safe_dump(case[name])}---\n") for name in ("was", "there", "new")
    )
    assert merge_cards(new, there, was.digests()).front == case["merged"]


@pytest.mark.parametrize("front", ["a: [", "- a", "text"])
def test_invalid_front_matter_is_refused(front: str) -> None:
    with pytest.raises(ValueError, match="front matter"):
        parse_card(f"---\n{front}\n---\n# T\n")


PARAGRAPH = st.text(alphabet="abc#`~-\n é", max_size=40)
CARDS = st.builds(
    lambda front, top, sections: Card(
        front,
        parse_card(
            "---\n---\n"
            + top
            + "".join(f"\n\n## {name}\n\n{text}" for name, text in sections.items())
        ).sections,
    ),
    st.dictionaries(st.sampled_from(["license", "tags", "configs"]), st.text("xyz", max_size=3)),
    PARAGRAPH,
    st.dictionaries(st.sampled_from("ABCD"), PARAGRAPH),
)


@given(CARDS)
def test_a_card_survives_a_round_trip(card: Card) -> None:
    written = card.to_markdown()
    assert parse_card(written).to_markdown() == written


@given(CARDS, CARDS)
def test_merging_again_changes_nothing(new: Card, there: Card) -> None:
    generated = new.digests()
    merged = merge_cards(new, there, generated)
    assert merge_cards(new, parse_card(merged.to_markdown()), generated).to_markdown() == (
        merged.to_markdown()
    )


@given(CARDS, CARDS, CARDS)
def test_every_hand_written_section_stays(new: Card, there: Card, was: Card) -> None:
    generated = was.digests()
    merged = merge_cards(new, there, generated)
    for part in hand_edited(there, generated):
        if part in there.sections:
            assert merged.sections[part] == there.sections[part]

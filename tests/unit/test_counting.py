"""Numbers agree with what they count."""

import pytest

from shortscience.pipeline.counting import counted


@pytest.mark.parametrize(
    ("count", "things", "said"),
    [
        (0, ["row"], "0 rows"),
        (1, ["row"], "1 row"),
        (2_000, ["row"], "2,000 rows"),
        (1, ["summary", "summaries"], "1 summary"),
        (2, ["summary", "summaries"], "2 summaries"),
    ],
)
def test_a_number_agrees(count: int, things: list[str], said: str) -> None:
    assert counted(count, *things) == said

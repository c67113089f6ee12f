"""Short names of venues."""

import polars as pl
import pytest

from shortscience.pipeline.papers.venues import venue_key


@pytest.mark.parametrize(
    ("venue", "key"),
    [
        ("Advances in Neural Information Processing Systems 30", "NeurIPS"),
        (
            "Proceedings of the 32nd International Conference on Machine Learning, {ICML} 2015",
            "ICML",
        ),
        ("2018 {IEEE} Conference on Computer Vision and Pattern Recognition, {CVPR} 2018", "CVPR"),
        ("Proceedings of the 2019 NAACL-HLT, ACL", "NAACL"),
        ("CoRR", "arXiv"),
        ("arXiv", "arXiv"),
        ("Proceedings of the Asian Conference on Machine Learning", None),
        ("A Corridor of Journals", None),
        (None, None),
    ],
)
def test_venues_have_short_names(venue: str | None, key: str | None) -> None:
    frame = pl.DataFrame({"venue": [venue]}, schema={"venue": pl.String})
    assert frame.select(venue_key(pl.col("venue"))).item() == key

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
        ("Proceedings of the Asian Conference on Machine Learning", "ACML"),
        ("16th International Conference on Machine Learning and Applications", "ICMLA"),
        ("Advances in Knowledge Discovery and Data Mining, Pacific-Asia Conference", "PAKDD"),
        ("Pacific-Asia Conference on Knowledge Discovery and Data Mining", "PAKDD"),
        ("Proceedings of the 2016 International Conference on Management of Data", "SIGMOD"),
        ("Seventh International Conference on Web Search and Data Mining", "WSDM"),
        ("Proceedings of the 26th International Conference on World Wide Web", "WWW"),
        ("{MM} '20: The 28th {ACM} International Conference on Multimedia", "ACM MM"),
        ("The 2016 {ACM} Multimedia Conference", "ACM MM"),
        ("{CHI} '20: {CHI} Conference on Human Factors in Computing Systems", "CHI"),
        ("International Conference on Computational Linguistics 2022", "COLING"),
        ("{ACM} International Conference on Multimedia Retrieval", "ICMR"),
        ("{ACM} Multimedia Systems Conference", None),
        ("Symposium on Kites, Ho Chi Minh City, http://www.example.org", None),
        ("A Corridor of Journals", None),
        (None, None),
    ],
)
def test_venues_have_short_names(venue: str | None, key: str | None) -> None:
    assert _key(venue, None) == key


@pytest.mark.parametrize(
    ("venue", "dblp_key", "key"),
    [
        (None, "conf/nips/RoyK19", "NeurIPS"),
        (None, "conf/emnlp/RoyK19", "EMNLP"),
        (None, "journals/jmlr/RoyK19", "JMLR"),
        (None, "journals/corr/abs-1901-00001", None),
        (None, "conf/kites/RoyK19", None),
        ("International Workshop on Kites", "conf/nips/RoyK19", None),
        ("CoRR", "conf/nips/RoyK19", "arXiv"),
    ],
)
def test_keys_of_dblp_tell_unknown_venues(
    venue: str | None, dblp_key: str, key: str | None
) -> None:
    assert _key(venue, dblp_key) == key


def _key(venue: str | None, dblp_key: str | None) -> str | None:
    schema = {"venue": pl.String, "dblp_key": pl.String}
    frame = pl.DataFrame({"venue": [venue], "dblp_key": [dblp_key]}, schema=schema)
    found: str | None = frame.select(venue_key(pl.col("venue"), pl.col("dblp_key"))).item()
    return found

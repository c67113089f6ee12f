"""Short names of venues: a table of what the names that people write have in common."""

import polars as pl

VENUES = {
    "NeurIPS": r"neural information processing systems|\bneurips\b|\bnips\b",
    "ICLR": r"learning representations|\biclr\b",
    "AISTATS": r"artificial intelligence and statistics|\baistats\b",
    "ICML": r"international conference on machine learning|\bicml\b",
    "CVPR": r"computer vision and pattern recognition|\bcvpr\b",
    "ICCV": r"international conference on computer vision|\biccv\b",
    "ECCV": r"european conference on computer vision|\beccv\b",
    "EMNLP": r"empirical methods in natural language processing|\bemnlp\b",
    "NAACL": r"north american chapter of the association for computational|\bnaacl\b",
    "EACL": r"european chapter of the association for computational|\beacl\b",
    "ACL": r"annual meeting of the association for computational linguistics|\bacl\b",
    "INTERSPEECH": r"\binterspeech\b",
    "ICASSP": r"acoustics, speech,? and signal processing|\bicassp\b",
    "IJCAI": r"joint conferences? on artificial intelligence|\bijcai\b",
    "AAAI": r"aaai conference on artificial intelligence|\baaai\b",
    "UAI": r"uncertainty in artificial intelligence|\buai\b",
    "COLT": r"conference on (?:computational )?learning theory|\bcolt\b",
    "KDD": r"knowledge discovery and data mining|\b(?:sig)?kdd\b",
    "ICRA": r"conference on robotics and automation|\bicra\b",
    "BMVC": r"british machine vision conference|\bbmvc\b",
    "WACV": r"winter conference on applications of computer vision|\bwacv\b",
    "MICCAI": r"medical image computing and computer[- ]assisted intervention|\bmiccai\b",
    "JMLR": r"journal of machine learning research|j\. mach\. learn\. res|\bjmlr\b",
    "TPAMI": r"pattern analysis and machine intelligence|pattern anal\. mach\. intell|\bt?pami\b",
    "arXiv": r"\barxiv\b|\bcorr\b|computing research repository",
}
"""Key: pattern, in small letters. The first that a venue has is its key."""


SHORT_VENUE = pl.coalesce("venue_key", "venue")
"""How lists and charts name the venue of a row of `papers`."""


def venue_key(venue: pl.Expr) -> pl.Expr:
    """Return the key of a venue; null where the table has none."""
    # DBLP writes the names of series in braces, which BibTeX keeps as they are.
    plain = venue.str.to_lowercase().str.replace_all(r"[{}]", "")
    return pl.coalesce(
        pl.when(plain.str.contains(pattern)).then(pl.lit(key)) for key, pattern in VENUES.items()
    )

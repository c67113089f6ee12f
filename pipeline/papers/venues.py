"""Short names of venues: a table of what the names that people write have in common."""

import polars as pl

VENUES = {
    "NeurIPS": r"neural information processing systems|\bneurips\b|\bnips\b",
    "ICLR": r"learning representations|\biclr\b",
    "AISTATS": r"artificial intelligence and statistics|\baistats\b",
    "ACML": r"asian conference on machine learning|\bacml\b",
    "ICMLA": r"machine learning and applications|\bicmla\b",
    "ICML": r"international conference on machine learning|\bicml\b",
    "CVPR": r"computer vision and pattern recognition|\bcvpr\b",
    "ICCV": r"international conference on computer vision|\biccv\b",
    "ECCV": r"european conference on computer vision|\beccv\b",
    "EMNLP": r"empirical methods in natural language processing|\bemnlp\b",
    "NAACL": r"north american chapter of the association for computational|\bnaacl\b",
    "EACL": r"european chapter of the association for computational|\beacl\b",
    "ACL": r"annual meeting of the association for computational linguistics|\bacl\b",
    "COLING": r"international conference on computational linguistics|\bcoling\b",
    "INTERSPEECH": r"\binterspeech\b",
    "ICASSP": r"acoustics, speech,? and signal processing|\bicassp\b",
    "IJCAI": r"joint conferences? on artificial intelligence|\bijcai\b",
    "AAAI": r"aaai conference on artificial intelligence|\baaai\b",
    "UAI": r"uncertainty in artificial intelligence|\buai\b",
    "COLT": r"conference on (?:computational )?learning theory|\bcolt\b",
    "PAKDD": r"advances in knowledge discovery|pacific-asia conference on knowledge|\bpakdd\b",
    "KDD": r"knowledge discovery and data mining|\b(?:sig)?kdd\b",
    "SIGIR": r"research and development in information retrieval|\bsigir\b",
    "CIKM": r"conference on information and knowledge management|\bcikm\b",
    "WSDM": r"conference on web search and data mining|\bwsdm\b",
    "WWW": r"conference on world wide web|world wide web conf|\b(?:acm|acm on|the) web conference",
    "SIGMOD": r"conference on management of data|\bsigmod\b",
    "CHI": r"human factors in computing systems|\bsigchi\b",
    "ICMR": r"conference on multimedia retrieval|\bicmr\b",
    "ACM MM": r"acm (?:on |international )*(?:conference on multimedia|multimedia conf)|acm ?mm\b",
    "CoRL": r"conference on robot learning|\bcorl\b",
    "RSS": r"robotics: science and systems|\brss\b",
    "ICRA": r"conference on robotics and automation|\bicra\b",
    "BMVC": r"british machine vision conference|\bbmvc\b",
    "WACV": r"winter conference on applications of computer vision|\bwacv\b",
    "MICCAI": r"medical image computing and computer[- ]assisted intervention|\bmiccai\b",
    "JMLR": r"journal of machine learning research|j\. mach\. learn\. res|\bjmlr\b",
    "TPAMI": r"pattern analysis and machine intelligence|pattern anal\. mach\. intell|\bt?pami\b",
    "arXiv": r"\barxiv\b|\bcorr\b|computing research repository",
}
"""Key: pattern, in small letters. The first that a venue has is its key."""


_SERIES = {
    **{key.lower(): key for key in VENUES},
    "nips": "NeurIPS",
    "mm": "ACM MM",
    "pami": "TPAMI",
}
"""What DBLP calls venues in its keys, as in `conf/nips/…`."""

SHORT_VENUE = pl.coalesce("venue_key", "venue")
"""How lists and charts name the venue of a row of `papers`."""


def venue_key(venue: pl.Expr, dblp_key: pl.Expr) -> pl.Expr:
    """Return the key of a venue, or if it is null of that in a DBLP key; null if none is known."""
    # DBLP writes the names of series in braces, which BibTeX keeps as they are.
    plain = venue.str.to_lowercase().str.replace_all(r"[{}]", "")
    series = dblp_key.str.extract(r"^(?:conf|journals)/([a-z]+)/")
    return pl.coalesce(
        *(
            pl.when(plain.str.contains(pattern)).then(pl.lit(key))
            for key, pattern in VENUES.items()
        ),
        pl.when(venue.is_null()).then(series.replace_strict(_SERIES, default=None)),
    )

"""arXiv ids (https://info.arxiv.org/help/arxiv_identifier.html).

From April 2007, YYMM and four digits, five from 2015; earlier, archive/YYMMnnn, where a subject
class may follow the archive.
"""

import re

from shortscience.pipeline.identifiers.identifier import Identifier

_MONTH = r"(?:0[1-9]|1[0-2])"
_NEW = (
    rf"(?:(?:07(?:0[4-9]|1[0-2])|(?:0[89]|1[0-4]){_MONTH})\.\d{{4}}"
    rf"|(?:1[5-9]|[2-8]\d){_MONTH}\.\d{{5}})"
)
ARCHIVE = (
    "(?:acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg"
    "|comp-gas|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-(?:ex|lat|ph|th)|math(?:-ph)?|mtrl-th|nlin"
    "|nucl-(?:ex|th)|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con)"
)
_OLD = rf"{ARCHIVE}(?:\.[A-Z]{{2}})?/(?:9[1-9]|0[0-7]){_MONTH}\d{{3}}"
PATTERN = r"^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})$"
NUMBER = rf"(?:{_NEW}|{_OLD})(?:v\d{{1,3}})?(?![\w.]*\d)"
"""An arXiv id in a text, with its version."""
LABELLED = re.compile(
    r"(?<![^\W_])arXiv"
    r"(?:[ ]?(?:e-?prints?|preprint|identifier|ID|no\.?|number|[,.:;/#–-])){0,4}"
    rf"[ ]?(?:arXiv[:. ]{{0,2}})?(?:abs/|\[)?({NUMBER})",
    re.IGNORECASE,
)
"""An arXiv id that a text labels as such."""
_NUMBER = re.compile(rf"(?P<id>{_NEW}|{_OLD})(?:v(?P<version>\d{{1,3}}))?")
_LABEL = re.compile(r"^\s*(?:arxiv(?:\.org)?(?:\s*preprint)?[\s:./#-]*)+(?:abs/)?", re.IGNORECASE)
_CATEGORIES = re.compile(r"\s{0,3}[\[(][\w., ;-]{0,80}[\])]$")
_SUBJECT_CLASS = re.compile(r"\.[A-Z]{2}(?=/)")


def parse_arxiv(text: str) -> Identifier | None:
    """Parse `1611.03530v2`, `arXiv:1611.03530 [cs.LG]` or `cs.LG/0701001`, read as `cs/0701001`."""
    match = _NUMBER.fullmatch(_CATEGORIES.sub("", _LABEL.sub("", text.strip())))
    if match is None:
        return None
    version = match["version"]
    number = _SUBJECT_CLASS.sub("", match["id"])
    return Identifier("arxiv", number, int(version) if version else None)

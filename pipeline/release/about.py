"""Statements about the whole dataset, quoted by the card and the Croissant metadata."""

TITLE = "ShortScience.org paper summaries"
NAME = "shortscience"
HOMEPAGE = "https://www.shortscience.org/"
DESCRIPTION = (
    "Short, human-written summaries of research papers, recovered from raw dumps of"
    " ShortScience.org: encoding repaired, copies detected and explained, block structure"
    " restored, and equations, images, links and citations in separate tables, with exact"
    " offsets."
)
KEYWORDS = ("science", "research-papers", "paper-summaries", "citations", "latex")

COLLECTION = (
    "The summaries were written by volunteers on ShortScience.org for other readers of the same"
    " papers. The dataset was made from dumps of the site's pages; `sources` names every file it"
    " was made from, with its hash."
)
RAW_DATA = (
    "Pages of the site as extracted text, as HTML, as crawls, as feeds, or as"
    " the export of a scraper. Every record's raw text is kept in `records.raw`."
)
PREPROCESSING = (
    "Text with a damaged encoding is repaired, except in code, math and URLs, and each repair is"
    " listed. The line structure that extractors flatten is restored by rules and, for paragraphs"
    " that nothing marks, by a fitted model; this changes white space only. Copies are found by"
    " MinHash and verified by exact Jaccard similarity of word shingles. The language is detected"
    " on the text without markup. Papers are identified by what the page, a copy, a catalogue of"
    " known summaries, a link or a bibliography says, or by the words of the summary;"
    " `identified_by` names the evidence."
)
MISSING_DATA = (
    "Extracted text has lost title, author, votes and date; these are null unless a copy of the"
    " record in another form has them. A paper without any identifier is named after its summary."
)
USE_CASES = (
    "Summarisation of scientific text, retrieval of papers by what readers say of them, studies of"
    " how science is explained, and work on the repair and deduplication of crawled text."
)
NO_USE_CASES = (
    "Not for claims about a paper or its quality: a summary is one reader's view, neither a review"
    " nor the paper itself."
)
BIASES = (
    "What is summarised is what volunteers chose to read: mostly machine learning, and mostly in"
    " English."
)
LIMITATIONS = (
    "Restored structure is a guess wherever the dump had lost it (`structure` says where). Copies"
    " that were rewritten beyond the threshold count as summaries of their own. Mentions of works"
    " in prose are found by rules; `confidence` says how sure they are."
)
PERSONAL = (
    "User names of the site, where the dump knows them, and names of papers' authors. The texts"
    " were published by their authors under these names; nothing was added about them."
)
RIGHTS = (
    "The summaries belong to the people who wrote them. The licence of the code that made this"
    " dataset says nothing about the data, and the dumps do not state under which terms the"
    " summaries may be passed on: find that out before you do."
)
MAINTENANCE = (
    "A release is named by a hash of its inputs, settings and code; the same three give the same"
    " bytes. A new release replaces the former one in a single commit and has its own tag."
    " Ids derive from content and stay the same between releases."
)

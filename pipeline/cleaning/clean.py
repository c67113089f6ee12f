"""The cleaning stage: from the bodies of records to repaired text, structure and prose."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import polars as pl

from shortscience.pipeline.cleaning.encoding import remove_left_controls, repair_all
from shortscience.pipeline.cleaning.plain_text import plain_text
from shortscience.pipeline.cleaning.structure import Restored, confidence, restore
from shortscience.pipeline.cleaning.suspects import suspects
from shortscience.pipeline.markup import plain
from shortscience.pipeline.rows import frame_of_rows
from shortscience.pipeline.scanner import Span, scan

CLEAN_SCHEMA = pl.Schema(
    {
        "record_id": pl.String(),
        "text": pl.String(),
        "repairs": pl.List(pl.String()),
        "markdown": pl.String(),
        "structure": pl.String(),
        "structure_confidence": pl.Float64(),
        "plain_text": pl.String(),
    }
)
# Chinese and Japanese have no spaces between words; as in Unicode's rules for word boundaries
# (UAX #29), each of these characters counts as one.
_UNSPACED = r"\p{Han}\p{Hiragana}"
_WORD = rf"[{_UNSPACED}]|[\p{{L}}\p{{N}}][^\s{_UNSPACED}]*"
_COUNTS = {
    "n_chars": pl.col("text").str.len_chars(),
    "n_words": pl.col("plain_text").str.count_matches(_WORD),
}

_TEXTS_OF_PAPERS = ("title", "venue")
_TEXTS = (*_TEXTS_OF_PAPERS, "abstract", "author")
_LATEX = r"[{\\]|``|--"


def repair_facts(records: pl.DataFrame) -> pl.DataFrame:
    """Repair the encoding of what the forms say about papers and authors; turn LaTeX into text.

    The site copied titles and names from BibTeX. Abstracts keep their LaTeX, which it renders.
    """
    repaired = _replace(records, _TEXTS, _repaired)
    return _replace(repaired, _TEXTS_OF_PAPERS, _without_latex)


def _replace(
    records: pl.DataFrame, columns: Sequence[str], change: Callable[[pl.Series], dict[str, str]]
) -> pl.DataFrame:
    """Change texts in some columns and in the names of authors."""
    texts = [records[name] for name in columns] + [records["authors"].explode()]
    changed = change(pl.concat([text.rename("text") for text in texts]).drop_nulls().unique())
    if not changed:
        return records
    return records.with_columns(
        pl.col(columns).replace(changed),
        authors=pl.col("authors").list.eval(pl.element().replace(changed)),
    )


def _repaired(texts: pl.Series) -> dict[str, str]:
    dirty = texts.filter(suspects(texts)).to_list()
    return {text: done.text for text, done in zip(dirty, repair_all(dirty), strict=True)}


def _without_latex(texts: pl.Series) -> dict[str, str]:
    return {text: plain(text) or text for text in texts.filter(texts.str.contains(_LATEX))}


def clean(records: pl.DataFrame) -> tuple[pl.DataFrame, list[list[Span]]]:
    """Clean every record that was not rejected.

    Returns one row per record, with CLEAN_SCHEMA and the counts of its characters and words, and
    what `scan` finds in each row's text.
    """
    accepted = records.filter(pl.col("reason").is_null())
    bodies = accepted.select("body", "keeps_structure").rows()
    # Crawled listings repeat summaries.
    distinct = dict.fromkeys(bodies)
    found = dict(zip(distinct, _cleaned(distinct), strict=True))
    rows, scanned = [], []
    for record_id, body in zip(accepted["record_id"], bodies, strict=True):
        fields, spans = found[body]
        rows.append((record_id, *fields))
        scanned.append(spans)
    cleaned = frame_of_rows(rows, CLEAN_SCHEMA)
    return cleaned.with_columns(**_COUNTS), scanned


def _cleaned(bodies: Iterable[tuple[str, bool]]) -> Iterator[tuple[tuple[object, ...], list[Span]]]:
    """Yield the columns of CLEAN_SCHEMA other than the id, and the spans, of each body."""
    repaired_bodies = repair_all([body for body, _ in bodies])
    for (_, whole), (text, repairs) in zip(bodies, repaired_bodies, strict=True):
        spans = scan(text)
        restored = Restored(text, "original", spans) if whole else restore(text, spans)
        sure = confidence(restored.boundaries)
        prose = plain_text(restored.markdown, restored.spans)
        if repairs:
            # What was math, and left alone, may be prose now that a character before it is gone.
            prose = remove_left_controls(prose)
        yield (text, list(repairs), restored.markdown, restored.structure, sure, prose), spans

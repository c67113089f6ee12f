"""The cleaning stage: from the bodies of records to repaired text, structure and prose."""

from collections.abc import Iterable, Iterator

import polars as pl

from shortscience.pipeline.cleaning.encoding import remove_left_controls, repair_all
from shortscience.pipeline.cleaning.plain_text import plain_text
from shortscience.pipeline.cleaning.structure import Restored, confidence, restore
from shortscience.pipeline.cleaning.suspects import suspects
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
_COUNTS = {
    "n_chars": pl.col("text").str.len_chars(),
    "n_words": pl.col("plain_text").str.count_matches(r"[\p{L}\p{N}][^\s]*"),
}

_REPAIRED_FACTS = ("title", "venue", "abstract", "author")


def repair_facts(records: pl.DataFrame) -> pl.DataFrame:
    """Repair the encoding of what the forms say about papers and authors."""
    texts = [records[name] for name in _REPAIRED_FACTS] + [records["authors"].explode()]
    distinct = pl.concat([series.rename("text") for series in texts]).drop_nulls().unique()
    dirty = distinct.filter(suspects(distinct)).to_list()
    repaired = {text: done.text for text, done in zip(dirty, repair_all(dirty), strict=True)}
    if not repaired:
        return records
    return records.with_columns(
        pl.col(_REPAIRED_FACTS).replace(repaired),
        authors=pl.col("authors").list.eval(pl.element().replace(repaired)),
    )


def clean(records: pl.DataFrame) -> tuple[pl.DataFrame, list[list[Span]]]:
    """Clean every record that was not rejected.

    Returns one row per record, with CLEAN_SCHEMA and the counts of its characters and words, and
    what `scan` finds in each row's text.
    """
    bodies = records.filter(pl.col("reason").is_null()).select("body", "keeps_structure")
    ids = records.filter(pl.col("reason").is_null())["record_id"]
    # Crawled listings repeat summaries.
    distinct = dict.fromkeys(bodies.iter_rows())
    found = dict(zip(distinct, _cleaned(distinct), strict=True))
    rows, scanned = [], []
    for record_id, body in zip(ids, bodies.iter_rows(), strict=True):
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
        plain = plain_text(restored.markdown, restored.spans)
        if repairs:
            # What was math, and left alone, may be prose now that a character before it is gone.
            plain = remove_left_controls(plain)
        yield (text, list(repairs), restored.markdown, restored.structure, sure, plain), spans

"""The cleaning stage: from the bodies of records to repaired text, structure and prose."""

import polars as pl

from pipeline.cleaning.encoding import repair_all
from pipeline.cleaning.plain_text import plain_text
from pipeline.cleaning.structure import Restored, restore
from pipeline.cleaning.suspects import suspects
from pipeline.scanner import Span, scan

CLEAN_SCHEMA = pl.Schema(
    {
        "record_id": pl.String(),
        "text": pl.String(),
        "repairs": pl.List(pl.String()),
        "markdown": pl.String(),
        "structure": pl.String(),
        "plain_text": pl.String(),
    }
)


_REPAIRED_FACTS = ("title", "venue", "abstract", "author")


def repair_facts(records: pl.DataFrame) -> pl.DataFrame:
    """Repair what the forms tell of papers and authors, as the texts are repaired."""
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

    Returns one row per record, with CLEAN_SCHEMA, and what `scan` finds in each row's text.
    """
    bodies = records.filter(pl.col("reason").is_null()).select(
        "record_id", "body", "keeps_structure"
    )
    rows, found = [], []
    repaired_bodies = repair_all(bodies["body"].to_list())
    for (record_id, _, whole), repaired in zip(bodies.iter_rows(), repaired_bodies, strict=True):
        text, repairs = repaired.text, list(repaired.repairs)
        spans = scan(text)
        restored = Restored(text, "original", spans) if whole else restore(text, spans)
        plain = plain_text(restored.markdown, restored.spans)
        rows.append((record_id, text, repairs, *restored[:2], plain))
        found.append(spans)
    return pl.DataFrame(rows, schema=CLEAN_SCHEMA, orient="row"), found

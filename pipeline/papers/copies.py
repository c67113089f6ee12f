"""What the copies of a summary know together.

One copy of a summary may be flattened text without a title, another an export or a page that names
its paper. One row per summary gathers the facts of all its records.
"""

import polars as pl

from shortscience.pipeline.duplicates.outcomes import EARLIER, KEPT, kept
from shortscience.pipeline.papers.frames import FACTS, PAGE
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.sources.reading import FACTS_SCHEMA

COPY = "copy"


def record_facts(shards: Shards, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the facts of the records in some shards, and whether each record is `kept`.

    `outcomes` has the records' outcomes, row by row.
    """
    return known_facts(shards.scan("records").select(*FACTS_SCHEMA).collect(), outcomes)


def known_facts(records: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the facts of records with a `summary_id`, and whether each record is `kept`."""
    return (
        records.select(*FACTS_SCHEMA)
        .hstack(outcomes.select("status", "summary_id"))
        .filter(pl.col("status") != EARLIER)
        .select("summary_id", *FACTS_SCHEMA, kept=pl.col("status") == KEPT)
    )


def kept_citations(shards: Shards, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the citations of kept records in some shards, with their `summary_id`."""
    return kept(shards.scan("citations"), outcomes).collect()


def kept_texts(shards: Shards, outcomes: pl.DataFrame) -> pl.LazyFrame:
    """Scan `summary_id` and `text` of the kept records in some shards."""
    return kept(shards.scan("cleaned"), outcomes).select("summary_id", "text")


def choose_facts(known: pl.DataFrame) -> pl.DataFrame:
    """Return one row per summary, with FACTS: what its records know, and their number.

    The paper's key is the kept record's, else the smallest that another copy names. Other facts are
    chosen likewise, among the records with that key or none. `told_by` is `page` if all records
    name the key themselves, `copy` if some got it from another copy, and null if none has one.
    """
    keys = known.group_by("summary_id").agg(
        chosen=_choice("bibtex_key"),
        told_by=pl.when(pl.col("bibtex_key").is_null().all())
        .then(None)
        .when(pl.col("bibtex_key").is_not_null().all())
        .then(pl.lit(PAGE))
        .otherwise(pl.lit(COPY)),
        n_copies=pl.len(),
    )
    agreeing = known.join(keys, on="summary_id").filter(
        pl.col("bibtex_key").is_null() | (pl.col("bibtex_key") == pl.col("chosen"))
    )
    facts = agreeing.group_by("summary_id").agg(_choice(name) for name in FACTS_SCHEMA)
    return keys.join(facts, on="summary_id").select(*FACTS).sort("summary_id")


def _choice(name: str) -> pl.Expr:
    """Choose one value of a group: the kept record's, else the smallest."""
    values = pl.col(name).filter(pl.col(name).is_not_null())
    kept = pl.col("kept").filter(pl.col(name).is_not_null())
    comparable = values.list.join("\x1f") if FACTS_SCHEMA[name] == pl.List(pl.String) else values
    return values.sort_by(kept, comparable, descending=[True, False]).first().alias(name)

"""What the copies of a summary know together.

The same summary is found as flattened text that lost its title, and again in an export or a page
that names its paper. One row per summary gathers what any of its records knows.
"""

import polars as pl

from shortscience.pipeline.duplicates.outcomes import EARLIER, KEPT, kept
from shortscience.pipeline.papers.frames import FACTS, PAGE
from shortscience.pipeline.shards import Shards
from shortscience.pipeline.sources.reading import FACTS_SCHEMA

COPY = "copy"


def record_facts(shards: Shards, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return what the records in some shards know of their summaries, and whether each is `kept`.

    `outcomes` has what became of the records, row by row.
    """
    return known_facts(shards.scan("records").select(*FACTS_SCHEMA).collect(), outcomes)


def known_facts(records: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return the facts of those records that have a `summary_id`, and whether each is `kept`."""
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
    """Return `summary_id` and `text` of the kept records in some shards, not yet read."""
    return kept(shards.scan("cleaned"), outcomes).select("summary_id", "text")


def choose_facts(known: pl.DataFrame) -> pl.DataFrame:
    """Return one row per summary, with FACTS: what its records know, and how many there are.

    The paper's key is that of the kept record; where that has none, the smallest that another
    copy names. All other facts are chosen in the same way, among the records that name this key
    or none. `told_by` is `page` when all records name the key themselves, `copy` when it was
    carried from one copy to another, and null when no record knows it.
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
    """Choose a value of a group: the kept record's, else the smallest."""
    values = pl.col(name).filter(pl.col(name).is_not_null())
    kept = pl.col("kept").filter(pl.col(name).is_not_null())
    comparable = values.list.join("\x1f") if FACTS_SCHEMA[name] == pl.List(pl.String) else values
    return values.sort_by(kept, comparable, descending=[True, False]).first().alias(name)

"""Components of sources: a graph in which a shared name is an edge."""

import polars as pl

from shortscience.pipeline.duplicates.clusters import components
from shortscience.pipeline.papers.sources import claims
from shortscience.pipeline.parts import Parts


def with_components(sources: Parts) -> Parts:
    """Add `component` to sources, and move each component into one part.

    All edges are gathered in one place, at sixteen bytes for each repeated claim of a name.
    """
    sizes = sources.sizes()
    labels = (
        sources.map(claims, first=sources.starts())
        .by("name")
        .map(edges)
        .together()
        .map(label, n_sources=sum(sizes))
        .cut(sizes)
    )
    return sources.map(_labelled, labels).by("component")


def edges(claims: pl.DataFrame) -> pl.DataFrame:
    """Return `source` and `first`: each source of a name, and the name's first source."""
    linked = claims.select("source", first=pl.col("source").min().over("name"))
    return linked.filter(pl.col("source") != pl.col("first"))


def label(edges: pl.DataFrame, *, n_sources: int) -> pl.DataFrame:
    """Return the `component`, a number, of each source."""
    left, right = edges["source"].to_numpy(), edges["first"].to_numpy()
    return pl.DataFrame({"component": components(n_sources, left, right)})


def _labelled(sources: pl.DataFrame, labels: pl.DataFrame) -> pl.DataFrame:
    return sources.hstack(labels)

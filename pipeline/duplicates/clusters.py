"""From verified pairs to clusters, and from each cluster to the copy that is kept."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Numbers = npt.NDArray[np.int64]


def components(n_nodes: int, left: Numbers, right: Numbers) -> Numbers:
    """Return a number per node that is the same within each connected component of the edges."""
    graph = coo_array((np.ones(len(left), bool), (left, right)), shape=(n_nodes, n_nodes))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, np.int64)


def best_copies(contents: pl.DataFrame, clusters: Numbers) -> Numbers:
    """Return for each content the row number of the one its cluster keeps.

    What an earlier release has goes first; then original structure before restored, identified
    before not, the longer text, and the smaller id. Whether a text is whole is not decided here:
    cut copies join only after this.
    """
    ranked = (
        contents.select("content_id", "n_chars", "identified", "original", "earlier")
        .with_row_index("row")
        .with_columns(cluster=clusters)
        .sort(
            "earlier",
            "original",
            "identified",
            "n_chars",
            "content_id",
            descending=[True, True, True, True, False],
        )
    )
    kept = ranked.with_columns(kept=pl.col("row").first().over("cluster"))
    return kept.sort("row")["kept"].to_numpy().astype(np.int64)


def attach_cut_copies(kept: Numbers, extensions: Mapping[int, int]) -> Numbers:
    """Attach each cluster whose kept text is the beginning of another text to that text's cluster.

    `extensions` is what `cuts.extensions` returns. A cut copy says nothing about what it was cut
    from, so it never joins two clusters with each other.
    """
    beyond: dict[int, int] = {}
    # A text is named before those that extend it, so these are known when it is its turn.
    for text in reversed(extensions):
        extension = extensions[text]
        own = kept[extension] == kept[text]
        target = beyond.get(extension) if own else int(kept[extension])
        if target is not None:
            beyond[text] = target
    follow = {text: target for text, target in beyond.items() if kept[text] == text}
    attached = np.arange(len(kept))
    for text in follow:
        attached[text] = _end(text, follow)
    return attached[kept]


def _end(text: int, follow: dict[int, int]) -> int:
    """Return where following from a text ends, and shorten the way for those that come later."""
    way = []
    seen = set()
    while text in follow and text not in seen:
        seen.add(text)
        way.append(text)
        text = follow[text]
    for passed in way:
        if passed != text:
            follow[passed] = text
    return text

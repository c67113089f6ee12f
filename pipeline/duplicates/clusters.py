"""From verified pairs to components, and from each component to its canonical copy."""

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


def canonical_copies(contents: pl.DataFrame, component: Numbers) -> Numbers:
    """Return for each content the row number of the one that its component keeps.

    What an earlier release has goes first; then original structure before restored, identified
    before not, the longer text, and the smaller id. Whether a text is whole is not decided here:
    cut copies join only after this.
    """
    ranked = (
        contents.select("content_id", "n_chars", "identified", "original", "earlier")
        .with_row_index("row")
        .with_columns(component=component)
        .sort(
            "earlier",
            "original",
            "identified",
            "n_chars",
            "content_id",
            descending=[True, True, True, True, False],
        )
    )
    chosen = ranked.with_columns(canonical=pl.col("row").first().over("component"))
    return chosen.sort("row")["canonical"].to_numpy().astype(np.int64)


def attach_cut_copies(canonical: Numbers, extensions: Mapping[int, int]) -> Numbers:
    """Attach each component whose canonical copy is the beginning of another text to that text's.

    `extensions` leads from each text that is cut to the next longer one; a text stands there
    before those that extend it. A cut copy says nothing about what it was cut from, so it never
    joins two components with each other.
    """
    beyond: dict[int, int] = {}
    for text in reversed(extensions):
        extension = extensions[text]
        own = canonical[extension] == canonical[text]
        target = beyond.get(extension) if own else int(canonical[extension])
        if target is not None:
            beyond[text] = target
    follow = {text: target for text, target in beyond.items() if canonical[text] == text}
    attached = np.arange(len(canonical))
    for text in follow:
        attached[text] = _end(text, follow)
    return attached[canonical]


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

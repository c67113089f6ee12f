"""From verified pairs to components, and from each component to its canonical copy."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Numbers = npt.NDArray[np.int64]


PREFERRED = ("earlier", "original", "identified", "n_chars")
"""Of several copies, the one that is kept has a higher value in the first of these columns that
tells them apart: it is of an earlier release, has its original structure, names its paper, is
longer.
"""


def components(n_nodes: int, left: Numbers, right: Numbers) -> Numbers:
    """Return a component number per node of the graph with edges `left[i]`, `right[i]`."""
    graph = coo_array((np.ones(len(left), bool), (left, right)), shape=(n_nodes, n_nodes))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, np.int64)


def canonical_copies(contents: pl.DataFrame, component: Numbers) -> Numbers:
    """Return for each content the number of the content that its component keeps.

    That is the PREFERRED one, or of several the one with the smallest id. Truncation plays no part
    here: truncated copies join afterwards.
    """
    columns = (*PREFERRED, "content_id")
    ranked = (
        contents.select(columns)
        .with_row_index("row")
        .with_columns(component=component)
        .sort(columns, descending=[name in PREFERRED for name in columns])
    )
    chosen = ranked.with_columns(canonical=pl.col("row").first().over("component"))
    return chosen.sort("row")["canonical"].to_numpy().astype(np.int64)


def attach_cut_copies(canonical: Numbers, extensions: Mapping[int, int]) -> Numbers:
    """Attach each component whose canonical copy is a prefix of another text to that text's.

    `extensions` maps each truncated text to the next longer one; a text precedes its extensions. A
    truncated copy never joins two components, as it may be a prefix of texts that differ.
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
    """Follow a text's chain to its end, compressing the path for later calls."""
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

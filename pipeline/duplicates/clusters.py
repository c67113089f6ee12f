"""From verified pairs to clusters, and from each cluster to the copy that is kept."""

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def components(n_nodes: int, pairs: pl.DataFrame) -> npt.NDArray[np.int64]:
    """Return a number per node that is the same within each connected component.

    `pairs` holds the edges `left`, `right`.
    """
    left, right = pairs["left"].to_numpy(), pairs["right"].to_numpy()
    graph = coo_array((np.ones(len(left), bool), (left, right)), shape=(n_nodes, n_nodes))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, np.int64)


def best_copies(contents: pl.DataFrame, clusters: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return for each content the row number of the one its cluster keeps.

    Original structure goes before restored, identified before not, then the longer text, then the
    smaller id. Whether a text is whole is not decided here: cut copies join only after this.
    """
    ranked = (
        contents.select("content_id", "n_chars", "identified", "original")
        .with_row_index("row")
        .with_columns(cluster=clusters)
        .sort(
            "original",
            "identified",
            "n_chars",
            "content_id",
            descending=[True, True, True, False],
        )
    )
    kept = ranked.with_columns(kept=pl.col("row").first().over("cluster"))
    return kept.sort("row")["kept"].to_numpy().astype(np.int64)


def attach_cut_copies(
    kept: npt.NDArray[np.int64], beginnings: pl.DataFrame
) -> npt.NDArray[np.int64]:
    """Attach each cluster whose kept text is the beginning of another text to that text's cluster.

    `beginnings` has the columns `text` (row number), `beginning` (hash of the first words) and
    `normal`, for the texts that share their first words with another. A cut copy says nothing about
    what it was cut from, so it never joins two clusters with each other.
    """
    target = {}
    for _, group in beginnings.sort("beginning", "normal").group_by(
        "beginning", maintain_order=True
    ):
        rows, normals = group["text"].to_list(), group["normal"].to_list()
        # In lexicographic order all extensions of a text follow it directly.
        for place, row in enumerate(rows):
            if kept[row] != row:
                continue
            for other in range(place + 1, len(rows)):
                if not normals[other].startswith(normals[place]):
                    break
                if kept[rows[other]] != row:
                    target[row] = int(kept[rows[other]])
                    break
    attached = kept.copy()
    for row in sorted(target):
        attached[kept == row] = _follow(row, target)
    return attached


def _follow(row: int, target: dict[int, int]) -> int:
    seen = set()
    while row in target and row not in seen:
        seen.add(row)
        row = target[row]
    return row

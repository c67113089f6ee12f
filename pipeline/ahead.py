"""Making the next item while somebody works on the one before it."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

T = TypeVar("T")

_END = object()


def ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield items, in order, of which a thread makes the next one already.

    It is worth while where both sides let other threads run, as Polars and PyArrow do. What making
    an item raises is raised where the item would have been. One more item is held than without.
    """
    made = iter(items)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, made, _END)
        while (item := coming.result()) is not _END:
            coming = pool.submit(next, made, _END)
            yield cast("T", item)

"""Read-ahead: compute the next item while the caller works on the current one."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar, cast

T = TypeVar("T")

_END = object()


def ahead(items: Iterable[T]) -> Iterator[T]:
    """Yield the items in order while a thread computes the next one.

    Worthwhile where both sides release the GIL, as Polars and PyArrow do. An exception raised by an
    item is raised in its place. At most one extra item is in memory.
    """
    made = iter(items)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, made, _END)
        while (item := coming.result()) is not _END:
            coming = pool.submit(next, made, _END)
            yield cast("T", item)

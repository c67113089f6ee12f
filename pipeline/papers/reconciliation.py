"""Which names belong to one paper: the union over all evidence that does not contradict itself.

A witness is a source that says of some names that they are one paper's: an entry of a bibliography,
or a page of the site. Names and witnesses are the nodes of a graph, and what a witness says are its
edges. A component of the graph is a paper, unless what its witnesses say of title and authors does
not fit together, or it has two arXiv numbers: then some edge is wrong. Such a component is built up
again edge by edge, what a witness says of its own key first, and an edge that would join what does
not fit is left out and reported.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

import polars as pl

from pipeline.duplicates.clusters import components
from pipeline.identifiers import strength
from pipeline.papers.descriptions import (
    NAMESAKES,
    OTHER_AUTHORS,
    OTHER_TITLE,
    TITLE_PREFIX,
    Description,
    contradict,
)

ARXIV_PREFIX = "arxiv:"
TWO_PREPRINTS = "another arXiv number"
_TELLING_TITLE = 40
"""Letters and digits, about six words; shorter titles are given twice now and then."""
_IS_TITLE = pl.col("name").str.starts_with(TITLE_PREFIX)
_REASONS = (OTHER_AUTHORS, OTHER_TITLE)
CONFLICT_SCHEMA = pl.Schema(
    {"witness": pl.Int64(), "name": pl.String(), "reason": pl.String(), "other": pl.String()}
)


class Reconciled(NamedTuple):
    """`names`: `name` and `paper`, a number; `witnesses`: `witness` and `paper`; `conflicts`.

    Titles are evidence, but no names: they are not among `names`.

    A conflict says that a witness gives a name to its paper, and why that was not believed: the
    reason, and a name of the paper that has the name.
    """

    names: pl.DataFrame
    witnesses: pl.DataFrame
    conflicts: pl.DataFrame


def reconcile(witnesses: pl.DataFrame, claims: pl.DataFrame) -> Reconciled:
    """Unite what belongs to one paper.

    `witnesses` has `witness`, a number from 0 on in the order in which they are believed, `title`
    and `authors`; `claims` has `witness`, `name` and `own`, for the witness's own key.
    """
    names = claims.select("name").unique().sort("name").with_row_index("node")
    edges = claims.join(names, on="name").select("witness", "node", "name", "own")
    first = len(witnesses)
    labels = components(
        first + len(names), edges["witness"].to_numpy(), edges["node"].to_numpy() + first
    )
    placed = names.with_columns(paper=labels[first:])
    stood = witnesses.select("witness", "title", "authors").with_columns(paper=labels[:first])
    doubtful = _doubtful(placed, stood)
    of_witnesses = stood.select("witness", "paper")
    settled = itertools.starmap(
        _settle, _components(edges.join(of_witnesses, on="witness"), stood, doubtful)
    )
    return _renumbered(placed, of_witnesses, settled)


def _doubtful(names: pl.DataFrame, witnesses: pl.DataFrame) -> pl.Series:
    """Return the components that may not be one paper."""
    preprints = (
        names.filter(pl.col("name").str.starts_with(ARXIV_PREFIX))
        .group_by("paper")
        .len()
        .filter(pl.col("len") > 1)
    )
    title = pl.col("title").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    told = (
        witnesses.group_by("paper")
        .agg(
            titles=title.drop_nulls().n_unique(),
            people=pl.col("authors").list.first().str.to_lowercase().drop_nulls().n_unique(),
        )
        .filter((pl.col("titles") > 1) | (pl.col("people") > 1))
    )
    return pl.concat([preprints["paper"], told["paper"]]).unique().sort()


class _Claim(NamedTuple):
    witness: int
    name: str


def _components(
    edges: pl.DataFrame, witnesses: pl.DataFrame, papers: pl.Series
) -> Iterator[tuple[list[_Claim], dict[int, Description]]]:
    """Yield what is claimed within some components, the most reliable first, and who claims it.

    Titles come last, each with all its witnesses.
    """
    chosen = papers.to_frame("paper")
    title = pl.when(_IS_TITLE).then("name")
    claims = (
        edges.join(chosen, on="paper", how="semi")
        .sort("paper", title, ~pl.col("own"), "witness", "name", nulls_last=False)
        .select("paper", "witness", "name")
    )
    stood = (
        witnesses.join(chosen, on="paper", how="semi")
        .sort("paper", "witness")
        .select("paper", "witness", "title", "authors")
    )
    by_paper = itertools.groupby(claims.iter_rows(), itemgetter(0))
    for _, rows in itertools.groupby(stood.iter_rows(), itemgetter(0)):
        told = {
            number: Description(title, tuple(authors or ())) for _, number, title, authors in rows
        }
        yield [_Claim(*row) for _, *row in next(by_paper)[1]], told


@dataclass
class _Group:
    """What has been united so far."""

    names: list[str] = field(default_factory=list)
    witnesses: list[int] = field(default_factory=list)
    told: set[Description] = field(default_factory=set)

    def against(self, other: "_Group") -> str | None:
        """Say why another group cannot be the same paper."""
        preprints = {name for name in self.names + other.names if name.startswith(ARXIV_PREFIX)}
        if len(preprints) > 1:
            return TWO_PREPRINTS
        reasons = {contradict(one, two) for one in self.told for two in other.told} - {None}
        return min(filter(None, reasons), key=_REASONS.index, default=None)


class _Settled(NamedTuple):
    groups: list[_Group]
    conflicts: list[tuple[int, str, str, str]]


def _settle(claims: Sequence[_Claim], told: Mapping[int, Description]) -> _Settled:
    """Build a component up again from its edges, the most reliable first."""
    groups: dict[int | str, _Group] = {
        number: _Group(witnesses=[number], told={description})
        for number, description in told.items()
    }
    settled = _Settled([], [])
    ordered = itertools.groupby(claims, lambda claim: claim.name.startswith(TITLE_PREFIX))
    for entitled, part in ordered:
        if entitled:
            for title, sharing in itertools.groupby(part, itemgetter(1)):
                settled.conflicts.extend(_unite_by_title(title, sharing, groups))
        else:
            settled.conflicts.extend(_unite_by_name(part, groups))
    settled.groups.extend({id(group): group for group in groups.values()}.values())
    return settled


def _unite_by_name(
    claims: Iterable[_Claim], groups: dict[int | str, _Group]
) -> Iterator[tuple[int, str, str, str]]:
    """Unite each witness with the name that it gives; yield conflicts."""
    for witness, name in claims:
        here, there = groups[witness], groups.setdefault(name, _Group([name]))
        if here is there:
            continue
        if reason := here.against(there):
            yield witness, name, reason, min(there.names, key=strength)
        else:
            _unite(here, there, groups)


def _unite_by_title(
    title: str, claims: Iterable[_Claim], groups: dict[int | str, _Group]
) -> Iterator[tuple[int, str, str, str]]:
    """Unite those witnesses of one title that name an author in common; yield conflicts.

    Several papers may have one title. Where it is long, one of them is likely to be filed wrongly.
    """
    apart: list[int] = []
    for witness, _ in claims:
        here = groups[witness]
        reasons = [(other, here.against(groups[other])) for other in apart]
        same = next((groups[other] for other, reason in reasons if not reason), None)
        if same is None:
            if len(apart) == NAMESAKES:
                continue
            apart.append(witness)
            for other, reason in reasons:
                named = groups[other].names
                if reason == OTHER_AUTHORS and named and len(title) >= _TELLING_TITLE:
                    yield witness, title, reason, min(named, key=strength)
        elif same is not here:
            _unite(same, here, groups)


def _unite(one: _Group, other: _Group, groups: dict[int | str, _Group]) -> None:
    """Make two groups one: what belongs to the smaller one moves."""
    gone, kept = sorted((one, other), key=lambda group: len(group.names) + len(group.witnesses))
    kept.names += gone.names
    kept.witnesses += gone.witnesses
    kept.told |= gone.told
    groups.update(dict.fromkeys(gone.names, kept))
    groups.update(dict.fromkeys(gone.witnesses, kept))


def _renumbered(
    names: pl.DataFrame, witnesses: pl.DataFrame, settled: Iterable[_Settled]
) -> Reconciled:
    """Give the groups that components fell apart into numbers of their own."""
    number = len(names) + len(witnesses)
    of_names: dict[str, int] = {}
    of_witnesses: dict[int, int] = {}
    conflicts: list[tuple[int, str, str, str]] = []
    for part in settled:
        conflicts += part.conflicts
        for group in part.groups:
            number += 1
            of_names |= dict.fromkeys(group.names, number)
            of_witnesses |= dict.fromkeys(group.witnesses, number)
    return Reconciled(
        _replaced(names.filter(~_IS_TITLE).select("name", "paper"), "name", of_names),
        _replaced(witnesses, "witness", of_witnesses),
        pl.DataFrame(conflicts, schema=CONFLICT_SCHEMA, orient="row"),
    )


def _replaced(
    frame: pl.DataFrame, key: str, numbers: Mapping[str, int] | Mapping[int, int]
) -> pl.DataFrame:
    changed = pl.DataFrame(
        {key: list(numbers), "new": list(numbers.values())},
        schema={key: frame.schema[key], "new": pl.Int64()},
    )
    return frame.join(changed, on=key, how="left", maintain_order="left").select(
        key, paper=pl.coalesce("new", "paper")
    )

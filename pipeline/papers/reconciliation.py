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

import numpy as np
import polars as pl

from shortscience.pipeline.duplicates.clusters import Numbers, components
from shortscience.pipeline.identifiers import strength
from shortscience.pipeline.papers.descriptions import (
    NAMESAKES,
    OTHER_AUTHORS,
    OTHER_TITLE,
    TITLE_PREFIX,
    Description,
    contradict,
)
from shortscience.pipeline.papers.witnesses import CLAIM_SCHEMA, PAGE, Testimony
from shortscience.pipeline.tasks import apart, deal

ARXIV_PREFIX = "arxiv:"
TWO_PREPRINTS = "another arXiv number"
_TELLING_TITLE = 40
"""Letters and digits, about six words; shorter titles are given twice now and then."""
_IS_TITLE = pl.col("name").str.starts_with(TITLE_PREFIX)
_REASONS = (OTHER_AUTHORS, OTHER_TITLE)
CONFLICT_SCHEMA = pl.Schema(
    {"place": pl.Int64(), "name": pl.String(), "reason": pl.String(), "other": pl.String()}
)


class Components(NamedTuple):
    """The components of one part.

    `witnesses` has `witness`, its number, `paper`, that of its component, `place`, which orders
    them as they are believed, `source`, and the `first` of the summaries that a page shows.
    `claims` has `paper`, `place`, `name` and `own`.
    """

    witnesses: pl.DataFrame
    claims: pl.DataFrame


class Reconciled(NamedTuple):
    """`names`: `name` and `paper`, a number; `witnesses`: `place` and `paper`; `conflicts`.

    Titles are evidence, but no names: they are not among `names`.

    A conflict says that the witness at a place gives a name to its paper, and why that was not
    believed: the reason, and a name of the paper that has the name.
    """

    names: pl.DataFrame
    witnesses: pl.DataFrame
    conflicts: pl.DataFrame


def number_names(*parts: pl.DataFrame) -> pl.DataFrame:
    """Add to what is claimed of the names of one part the number of each name there, `node`."""
    claims = pl.concat([CLAIM_SCHEMA.to_frame(), *parts])
    names = claims.select("name").unique().sort("name").with_row_index("node")
    return claims.join(names, on="name", maintain_order="left")


def edges(claims: pl.DataFrame) -> pl.DataFrame:
    """Return what the graph has of the claims of one part: `witness` and `node`."""
    return claims.select("witness", "node")


def split_labels(_n_parts: int, sizes: Sequence[int], *parts: pl.DataFrame) -> list[Numbers]:
    """Return the component of each witness and of each name, part by part.

    There are so many witnesses in each of their parts; each part of the names gives its edges.
    """
    n_names = [1 + part["node"].max() if len(part) else 0 for part in parts]  # type: ignore[operator]
    ends = np.cumsum([*sizes, *n_names])
    starts = ends[len(sizes) - 1 :]
    joined = [part["node"].to_numpy().astype(np.int64) for part in parts]
    labels = components(
        int(ends[-1]),
        np.concatenate([part["witness"].to_numpy() for part in parts]),
        np.concatenate([nodes + start for nodes, start in zip(joined, starts, strict=False)]),
    )
    return np.split(labels, ends[:-1])


def split_joined(n_parts: int, claims: pl.DataFrame, labels: Numbers) -> list[pl.DataFrame]:
    """Give the claims of one part of the names to parts by their components."""
    paper = pl.Series("paper", labels).gather(claims["node"])
    return deal(claims.drop("node").with_columns(paper), paper % n_parts, n_parts)


def split_standing(
    n_parts: int, heard: Testimony, start: int, labels: Numbers
) -> list[pl.DataFrame]:
    """Give the witnesses of one part, who count from `start`, to parts by their components.

    Of what they tell, only hashes go with them: of a title's letters, and of the first author.
    """
    letters = pl.col("title").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    person = pl.col("authors").list.first().str.to_lowercase()
    stood = heard.witnesses.select(
        "source",
        "bibtex_key",
        pl.Series("witness", range(start, start + len(labels)), pl.Int64()),
        pl.Series("paper", labels),
        pl.col("summary_ids").list.first().alias("first"),
        *(
            pl.when(value.is_not_null()).then(value.hash()).alias(name)
            for name, value in (("letters", letters), ("person", person))
        ),
    )
    return deal(stood, pl.col("paper") % n_parts, n_parts)


def gather(witnesses: pl.DataFrame, claims: pl.DataFrame) -> Components:
    """Order the witnesses of some components as they are believed.

    Pages are believed first, in the order of their keys, then the entries of bibliographies, in
    that of the files, then references.
    """
    of_page = pl.col("source") == PAGE
    kind = pl.when(of_page).then(0).when(pl.col("source").is_not_null()).then(1).otherwise(2)
    ordered = witnesses.sort(kind, "bibtex_key", "first", "witness", nulls_last=True)
    ordered = ordered.drop("bibtex_key").with_row_index("place").cast({"place": pl.Int64()})
    placed = claims.join(ordered.select("witness", "place"), on="witness")
    return Components(ordered, placed.select("paper", "place", "name", "own"))


def doubtful(part: Components) -> pl.DataFrame:
    """Return the `witness`es of those components that may not be one paper."""
    preprints = (
        part.claims.filter(pl.col("name").str.starts_with(ARXIV_PREFIX))
        .group_by("paper")
        .agg(pl.col("name").n_unique())
        .filter(pl.col("name") > 1)
    )
    told = (
        part.witnesses.group_by("paper")
        .agg(pl.col("letters", "person").drop_nulls().n_unique())
        .filter((pl.col("letters") > 1) | (pl.col("person") > 1))
    )
    papers = pl.concat([preprints["paper"], told["paper"]]).unique()
    return part.witnesses.filter(pl.col("paper").is_in(papers.implode())).select("witness")


def split_asked(n_parts: int, asked: pl.DataFrame, starts: Sequence[int]) -> list[pl.DataFrame]:
    """Ask the parts of the witnesses, who count from `starts`, for what some of them tell."""
    part = np.searchsorted(starts, asked["witness"].to_numpy(), "right") - 1
    return deal(asked, pl.Series(part), n_parts)


def split_descriptions(
    _n_parts: int, heard: Testimony, start: int, *asked: pl.DataFrame
) -> list[pl.DataFrame]:
    """Tell those who ask the `title` and the `authors` of each `witness` of one part."""
    told = heard.witnesses.select("title", "authors")
    return [
        apart(numbers.with_columns(told[(numbers["witness"] - start).to_list()]))
        for numbers in asked
    ]


def reconcile(part: Components, told: pl.DataFrame) -> Reconciled:
    """Unite what belongs to one paper.

    `told` has the `title` and the `authors` of each `witness` of the components that are doubtful.
    """
    names = part.claims.select("name", "paper").unique("name").sort("name")
    stood = part.witnesses.join(told, on="witness")
    settled = itertools.starmap(_settle, _components(part.claims, stood))
    return _renumbered(names, part.witnesses.select("place", "paper"), settled)


class _Claim(NamedTuple):
    witness: int
    name: str


def _components(
    claims: pl.DataFrame, witnesses: pl.DataFrame
) -> Iterator[tuple[list[_Claim], dict[int, Description]]]:
    """Yield what is claimed within some components, the most reliable first, and who claims it.

    Titles come last, each with all its witnesses, who are known by their places.
    """
    title = pl.when(_IS_TITLE).then("name")
    ordered = (
        claims.join(witnesses.select("paper"), on="paper", how="semi")
        .sort("paper", title, ~pl.col("own"), "place", "name", nulls_last=False)
        .select("paper", "place", "name")
    )
    stood = witnesses.sort("paper", "place").select("paper", "place", "title", "authors")
    by_paper = itertools.groupby(ordered.iter_rows(), itemgetter(0))
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
    distinct: list[int] = []
    for witness, _ in claims:
        here = groups[witness]
        reasons = [(other, here.against(groups[other])) for other in distinct]
        same = next((groups[other] for other, reason in reasons if not reason), None)
        if same is None:
            if len(distinct) == NAMESAKES:
                continue
            distinct.append(witness)
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
    number = int(witnesses["paper"].max() or 0)  # type: ignore[arg-type]
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
        _replaced(witnesses, "place", of_witnesses),
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

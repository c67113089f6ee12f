"""Reconciliation: split components that cannot be one paper.

A component of sources is one paper unless its titles and authors contradict each other or it has
two arXiv ids; then some claim is wrong. Such a component is rebuilt claim by claim, each source's
own key first, and a claim that would unite what does not fit is left out and reported.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

import polars as pl

from shortscience.pipeline.identifiers import strength
from shortscience.pipeline.papers.descriptions import (
    NAMESAKES,
    OTHER_AUTHORS,
    OTHER_TITLE,
    TITLE_PREFIX,
    Description,
    contradict,
)
from shortscience.pipeline.papers.frames import CONFLICTS

ARXIV_PREFIX = "arxiv:"
TWO_PREPRINTS = "another arXiv id"
_MAX_DESCRIPTIONS = 50
"""Of one paper, that are compared with those of another: people spell names in many ways."""
_TELLING_TITLE = 40
"""Letters and digits, about six words; several papers sometimes share a shorter title."""
_IS_TITLE = pl.col("name").str.starts_with(TITLE_PREFIX)
_REASONS = (OTHER_AUTHORS, OTHER_TITLE)


class Groups(NamedTuple):
    """`names`: `name` and `group`, a number; `sources`: `rank` and `group`; and CONFLICTS.

    A group is one paper. `names` leaves out titles, which are evidence only.
    """

    names: pl.DataFrame
    sources: pl.DataFrame
    conflicts: pl.DataFrame


def reconcile(sources: pl.DataFrame, claims: pl.DataFrame) -> Groups:
    """Divide sources and names into papers, splitting components that contradict themselves.

    `sources` has `rank`, `component`, `title` and `authors`; `claims` has `rank`, `component`,
    `name` and `own`. Smaller ranks take precedence.
    """
    names = claims.select("name", "component").unique("name").sort("name")
    suspect = suspects(sources, claims)
    rebuilt = itertools.starmap(
        _rebuild,
        _components(
            claims.join(suspect, on="component", how="semi"),
            sources.join(suspect, on="component", how="semi"),
        ),
    )
    return _renumbered(names, sources.select("rank", "component"), rebuilt)


def suspects(sources: pl.DataFrame, claims: pl.DataFrame) -> pl.DataFrame:
    """Return each `component` that may not be one paper."""
    preprints = claims.filter(pl.col("name").str.starts_with(ARXIV_PREFIX))
    letters = pl.col("title").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")
    person = pl.col("authors").list.first().str.to_lowercase()
    found = [
        preprints.select("component", value="name"),
        sources.select("component", value=letters),
        sources.select("component", value=person),
    ]
    several = pl.col("value").drop_nulls().n_unique() > 1
    return pl.concat(
        frame.group_by("component").agg(several=several).filter("several").select("component")
        for frame in found
    ).unique()


class _Claim(NamedTuple):
    source: int
    name: str


def _components(
    claims: pl.DataFrame, sources: pl.DataFrame
) -> Iterator[tuple[list[_Claim], dict[int, Description]]]:
    """Yield each component's claims, the most reliable first, and its sources' descriptions.

    Titles come last, each with the ranks of all its sources.
    """
    title = pl.when(_IS_TITLE).then("name")
    ordered = claims.sort(
        "component", title, ~pl.col("own"), "rank", "name", nulls_last=False
    ).select("component", "rank", "name")
    described = sources.sort("component", "rank").select("component", "rank", "title", "authors")
    by_component = itertools.groupby(ordered.iter_rows(), itemgetter(0))
    for _, rows in itertools.groupby(described.iter_rows(), itemgetter(0)):
        descriptions = {
            rank: Description(title, tuple(authors or ())) for _, rank, title, authors in rows
        }
        yield [_Claim(*row) for _, *row in next(by_component)[1]], descriptions


@dataclass
class _Group:
    """What has been united so far."""

    names: list[str] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    descriptions: list[Description] = field(default_factory=list)
    """Distinct, and no more than are needed to tell a contradiction."""

    @property
    def signed(self) -> bool:
        """Whether its authors are known."""
        return any(description.authors for description in self.descriptions)

    def against(self, other: "_Group") -> str | None:
        """Return why another group cannot be the same paper; None if it can."""
        preprints = {name for name in self.names + other.names if name.startswith(ARXIV_PREFIX)}
        if len(preprints) > 1:
            return TWO_PREPRINTS
        # A title without authors tells less than authors do: the paper may have been renamed.
        both = self.signed and other.signed
        pairs = itertools.product(self.descriptions, other.descriptions)
        reasons = {
            contradict(one, two) for one, two in pairs if not both or (one.authors and two.authors)
        } - {None}
        return min(filter(None, reasons), key=_REASONS.index, default=None)


_Conflict = tuple[int, str, str, str]


class _Rebuilt(NamedTuple):
    groups: list[_Group]
    conflicts: list[_Conflict]


def _rebuild(claims: Sequence[_Claim], descriptions: Mapping[int, Description]) -> _Rebuilt:
    """Rebuild a component from its claims, the most reliable first."""
    groups: dict[int | str, _Group] = {
        rank: _Group(sources=[rank], descriptions=[description])
        for rank, description in descriptions.items()
    }
    rebuilt = _Rebuilt([], [])
    ordered = itertools.groupby(claims, lambda claim: claim.name.startswith(TITLE_PREFIX))
    for by_title, part in ordered:
        if by_title:
            for title, sharing in itertools.groupby(part, itemgetter(1)):
                rebuilt.conflicts.extend(_unite_by_title(title, sharing, groups))
        else:
            rebuilt.conflicts.extend(_unite_by_name(part, groups))
    rebuilt.groups.extend({id(group): group for group in groups.values()}.values())
    return rebuilt


def _unite_by_name(
    claims: Iterable[_Claim], groups: dict[int | str, _Group]
) -> Iterator[_Conflict]:
    """Unite each source with the name that it claims; yield conflicts."""
    for source, name in claims:
        here, there = groups[source], groups.setdefault(name, _Group([name]))
        if here is there:
            continue
        if reason := here.against(there):
            yield source, name, reason, min(there.names, key=strength)
        else:
            _unite(here, there, groups)


def _unite_by_title(
    title: str, claims: Iterable[_Claim], groups: dict[int | str, _Group]
) -> Iterator[_Conflict]:
    """Unite the sources of one title that share an author; yield conflicts.

    Several papers may share a title. If it is long, one of them is probably misfiled. Sources
    without authors tell none of them apart, so they come last and join only a title's one paper.
    """
    distinct: list[int] = []
    sources = [source for source, _ in claims]
    for source in sorted(sources, key=lambda of: (not groups[of].signed, not groups[of].names)):
        here = groups[source]
        if not here.signed and len(distinct) > 1:
            continue
        reasons = [(other, here.against(groups[other])) for other in distinct]
        same = next((groups[other] for other, reason in reasons if not reason), None)
        if same is None:
            if len(distinct) == NAMESAKES:
                continue
            distinct.append(source)
            for other, reason in reasons:
                named = groups[other].names
                if reason == OTHER_AUTHORS and named and len(title) >= _TELLING_TITLE:
                    yield source, title, reason, min(named, key=strength)
        elif same is not here:
            _unite(same, here, groups)


def _unite(one: _Group, other: _Group, groups: dict[int | str, _Group]) -> None:
    """Merge the smaller of two groups into the larger one."""
    gone, kept = sorted((one, other), key=lambda group: len(group.names) + len(group.sources))
    kept.names += gone.names
    kept.sources += gone.sources
    distinct = dict.fromkeys([*kept.descriptions, *gone.descriptions])
    kept.descriptions = list(itertools.islice(distinct, _MAX_DESCRIPTIONS))
    groups.update(dict.fromkeys(gone.names, kept))
    groups.update(dict.fromkeys(gone.sources, kept))


def _renumbered(names: pl.DataFrame, sources: pl.DataFrame, rebuilt: Iterable[_Rebuilt]) -> Groups:
    """Return groups with the parts of rebuilt components numbered beyond all components."""
    number = int(sources["component"].max() or 0)  # type: ignore[arg-type]
    of_names: dict[str, int] = {}
    of_sources: dict[int, int] = {}
    conflicts: list[_Conflict] = []
    for part in rebuilt:
        conflicts += part.conflicts
        for group in part.groups:
            number += 1
            of_names |= dict.fromkeys(group.names, number)
            of_sources |= dict.fromkeys(group.sources, number)
    return Groups(
        _replaced(names.filter(~_IS_TITLE), "name", of_names),
        _replaced(sources, "rank", of_sources),
        pl.DataFrame(conflicts, schema=CONFLICTS, orient="row"),
    )


def _replaced(
    frame: pl.DataFrame, key: str, numbers: Mapping[str, int] | Mapping[int, int]
) -> pl.DataFrame:
    """Return the `group` of each key: its component's number unless rebuilt."""
    changed = pl.DataFrame(
        {key: list(numbers), "new": list(numbers.values())},
        schema={key: frame.schema[key], "new": pl.Int64()},
    )
    return frame.join(changed, on=key, how="left", maintain_order="left").select(
        key, group=pl.coalesce("new", "component")
    )

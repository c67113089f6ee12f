"""The card's section on what is new, written when a release replaces another.

It exists on the Hub only: the bytes of a release depend on its inputs, not on where it is
published. The section carries its own digest in a comment, by which the next publication knows
whether a person edited it.
"""

import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from shortscience.pipeline.layout import MANIFEST
from shortscience.pipeline.publishing.contents import Contents
from shortscience.pipeline.publishing.repository import Repository, State
from shortscience.pipeline.release.card_parts import TOP, Card
from shortscience.pipeline.release.diff import compare
from shortscience.pipeline.release.diff_text import to_card
from shortscience.pipeline.release.manifest import read_manifest
from shortscience.pipeline.schema import TABLES

HEADING = "## What is new"
_SIGNATURE = re.compile(r"\n\n<!-- generated ([0-9a-f]{16}) -->\s*\Z")


def is_generated(section: str) -> bool:
    """Whether a section is as `publish` wrote it."""
    match = _SIGNATURE.search(section)
    return match is not None and match[1] == _digest(section[: match.start()])


def with_news(card: Card, section: str) -> Card:
    """Return a card with the section after its first one, where returning readers see it."""
    sections = [*card.sections.items()]
    place = 1 + (TOP in card.sections)
    return Card(card.front, dict([*sections[:place], (HEADING, section), *sections[place:]]))


class News:
    """What a release changes in a repository; compared once, however many attempts it takes."""

    def __init__(self, contents: Contents, repository: Repository) -> None:
        self._contents = contents
        self._repository = repository
        self._written: dict[str, str] = {}

    def section(self, state: State, manifest: Mapping[str, Any], there: Card) -> str | None:
        """Return the section for a repository with that manifest and card.

        Unchanged if the repository holds this release already; None if it held no release.
        """
        former = manifest.get("release_id")
        if former is None or state.head is None:
            return None
        if former == self._contents.release_id:
            return there.sections.get(HEADING)
        if former not in self._written:
            self._written[former] = self._write_section(former, state.head, manifest)
        return self._written[former]

    def _write_section(self, former: str, head: str, manifest: Mapping[str, Any]) -> str:
        with self._opened(former, head, manifest) as folder:
            try:
                news = to_card(compare(folder, self._contents.release))
            except (pl.exceptions.PolarsError, OSError):
                news = (
                    f"The tables of release `{former}`, which was here before, cannot be compared."
                )
        text = f"{HEADING}\n\n{news}"
        return f"{text}\n\n<!-- generated {_digest(text)} -->"

    @contextmanager
    def _opened(self, former: str, head: str, manifest: Mapping[str, Any]) -> Iterator[Path]:
        """Provide the tables of the former release: a local copy, or a download.

        Only tables that differ are downloaded.
        """
        beside = self._contents.release.parent / former
        if (beside / MANIFEST).exists() and read_manifest(beside) == manifest:
            yield beside
            return
        own, theirs = read_manifest(self._contents.release)["files"], manifest.get("files", {})
        tables = [path for path in theirs if path.split("/")[:2] in [["data", t] for t in TABLES]]
        same = [path for path in tables if path in own and own[path] == theirs[path]]
        with tempfile.TemporaryDirectory(prefix="shortscience-former-") as folder:
            there = Path(folder)
            self._repository.download({MANIFEST, *tables} - {*same}, head, there)
            for path in same:
                (there / path).parent.mkdir(parents=True, exist_ok=True)
                (there / path).symlink_to(self._contents.release / path)
            yield there


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()[:16]

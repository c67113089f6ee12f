"""An identifier of a paper, and where a text has one."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier in normal form; an arXiv version is kept apart."""

    scheme: str
    value: str
    version: int | None = None

    @property
    def name(self) -> str:
        """`scheme:value`; the key of the `papers` table, for schemes that name papers."""
        return f"{self.scheme}:{self.value}"

    @property
    def key(self) -> str:
        """The value, with its version if there is one."""
        return f"{self.value}v{self.version}" if self.version else self.value


class Written(NamedTuple):
    """An identifier that a text writes out, as `text[start:end]`."""

    identifier: Identifier
    start: int
    end: int

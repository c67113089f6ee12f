"""An identifier of a paper."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier in its normal form; an arXiv version is kept apart."""

    scheme: str
    value: str
    version: int | None = None

    @property
    def name(self) -> str:
        """Scheme and value: the key of the `papers` table, where the scheme names papers."""
        return f"{self.scheme}:{self.value}"

    @property
    def key(self) -> str:
        """The value, with the version where one is given."""
        return f"{self.value}v{self.version}" if self.version else self.value

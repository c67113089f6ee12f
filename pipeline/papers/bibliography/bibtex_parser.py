"""A lenient pybtex low-level parser, which reads real files that the original refuses."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from pybtex.database.input.bibtex import LowLevelParser, month_names
from pybtex.scanner import PybtexSyntaxError, Token
from pybtex.utils import CaseInsensitiveDict


class Command(NamedTuple):
    """An entry or another command: lower-case kind, key, and (name, value) of fields."""

    kind: str
    key: str
    fields: list[tuple[str, str]]


def strings() -> Any:
    """Return the predefined strings: the names of months."""
    return CaseInsensitiveDict(month_names)


def parse(text: str, macros: Any) -> tuple[list[Command], list[tuple[int, str]]]:
    """Return the commands of a text, and (line, reason) of its unreadable pieces.

    Strings that the text defines are added to `macros`.
    """
    parser = _Parser(text, macros)
    commands = [
        Command(
            kind.lower(), content[0] or "", [(name, "".join(parts)) for name, parts in content[1]]
        )
        for kind, content in parser
        if len(content) == 2 and isinstance(content[1], list) and kind.lower() != "string"
    ]
    return commands, parser.problems


class _Parser(LowLevelParser):  # type: ignore[misc]
    """Accepts entries without a key, missing commas between fields, and undefined strings."""

    pos: int
    current_field_name: Any
    current_value: Any
    current_fields: Any

    def __init__(self, text: str, macros: Any) -> None:
        super().__init__(text, macros=macros)
        self.problems: list[tuple[int, str]] = []

    def handle_error(self, error: PybtexSyntaxError) -> None:
        self.problems.append((self.lineno, str(error.args[0])))

    def parse_entry_body(self, body_end: Any) -> None:
        start = self.pos
        pattern = self.KEY_PAREN if body_end is self.RPAREN else self.KEY_BRACE
        key = self.optional([pattern])
        if key is not None and "=" in key.value:
            self.pos = start
            key = None
        self.current_entry_key = key.value if key else ""
        self.optional([self.COMMA])
        self.parse_entry_fields()

    def parse_entry_fields(self) -> None:
        while True:
            start = self.pos
            self.current_field_name, self.current_value = None, []
            try:
                self.parse_field()
            finally:
                if self.current_field_name and self.current_value:
                    self.current_fields.append((self.current_field_name, self.current_value))
            comma = self.optional([self.COMMA])
            if not comma and (self.current_field_name is None or self.pos == start):
                return

    def substitute_macro(self, name: str) -> str:
        return str(self.macros[name]) if name in self.macros else name

    def skip_to(self, patterns: Sequence[Any]) -> Any:
        """Find the first of several tokens in one search; the original needs one for each."""
        match = _any_of(tuple(patterns)).search(self.text, self.pos)
        if match is None:
            return None
        value = self.text[self.pos : match.end()]
        self.pos = match.end()
        self.update_lineno(value)
        return Token(value, next(pattern for pattern in patterns if pattern.match(match[0])))


@cache
def _any_of(patterns: tuple[Any, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(pattern.description[1:-1]) for pattern in patterns))

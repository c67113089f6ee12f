"""Numbers of things, in sentences."""


def counted(count: int, thing: str, things: str = "") -> str:
    """Return a number with what it counts: `1 row`, `2,000 rows`; the plural may be irregular."""
    return f"{count:,} {thing if count == 1 else things or f'{thing}s'}"

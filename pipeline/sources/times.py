"""Times in sources, in UTC if they name no zone."""

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def iso_time(text: str) -> datetime | None:
    """Read a time of ISO 8601; None if it is none."""
    return _in_utc(datetime.fromisoformat, text)


def mail_time(text: str) -> datetime | None:
    """Read a time as the header of a message has it (RFC 5322); None if it is none."""
    return _in_utc(parsedate_to_datetime, text)


def _in_utc(read: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        time = read(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):  # in UTC, the first day may lie before the year 1
        return None

"""Pages that a browser saved as a single file: MHTML (RFC 2557), a message with many parts.

The page is the first part. Images and style sheets are parts, too, as they are files beside a page
that was saved in several.
"""

import email
import email.utils
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from typing import IO, Any

from shortscience.pipeline.sources.archives import Entry, size
from shortscience.pipeline.sources.compression import SourceError, named_damage

_HEADER = rb"[A-Za-z][A-Za-z-]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*"
_BEGINNING = re.compile(rb"(?:%b)*?(?i:MIME-Version:|From:[^\r\n]*Saved by)" % _HEADER)
_WEB = "http://", "https://"
_MAX_BYTES = 1 << 30


def recognise(beginning: bytes) -> bool:
    """Whether a file that starts with these bytes is such a message."""
    return _BEGINNING.match(beginning) is not None


class Mhtml:
    """An archive of the parts of a message. The locator is the position of a part."""

    def __init__(self, stream: IO[bytes]) -> None:
        with named_damage("is a damaged message"):
            if size(stream) > _MAX_BYTES:
                raise SourceError("is a message of more than a gibibyte; unpack it")
            message = email.message_from_bytes(stream.read())
        self._parts = [part for part in message.walk() if not part.is_multipart()]
        self._saved_at = _date(message)

    def entries(self) -> Iterator[Entry]:
        """Yield every part."""
        for place, part in enumerate(self._parts):
            address = str(part["Content-Location"] or place)
            yield Entry(
                str(place),
                address,
                self.open(place),
                url=address if address.startswith(_WEB) else None,
                retrieved_at=self._saved_at,
            )

    def open(self, locator: int) -> Any:
        """Return a stream of one part, decoded."""
        content = self._parts[locator].get_payload(decode=True)
        return io.BytesIO(content if isinstance(content, bytes) else b"")

    @staticmethod
    def is_seekable(compressed: IO[bytes]) -> bool:  # noqa: ARG004 - of no such archive
        """Return False: it is compressed as a whole."""
        return False


def _date(message: Message) -> datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(message["Date"])
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None

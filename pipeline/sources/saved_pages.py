"""Pages that a browser saved as a single file.

Most browsers write MHTML (RFC 2557), a message with many parts; Safari writes web archives, which
are binary property lists. The page is the first part. Images and style sheets are parts, too, as
they are files beside a page that was saved in several.
"""

import email
import io
import plistlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import IO, Any, NamedTuple

from shortscience.pipeline.sources.archives import Entry, size
from shortscience.pipeline.sources.compression import SourceError, named_damage
from shortscience.pipeline.sources.times import mail_time

_HEADER = rb"[A-Za-z][A-Za-z-]*:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*"
_MESSAGE = re.compile(rb"(?:%b)*?(?i:MIME-Version:|From:[^\r\n]*Saved by)" % _HEADER)
_PROPERTY_LIST = b"bplist00"
_MAIN = "WebMainResource"
_WEB = "http://", "https://"
_MAX_BYTES = 1 << 30


class Part(NamedTuple):
    """A part of a saved page."""

    address: str
    content: bytes
    saved_at: datetime | None = None


class _SavedPage:
    """An archive of the parts of a page. The locator is the position of a part."""

    def __init__(self, stream: IO[bytes]) -> None:
        with named_damage("is a damaged page"):
            if size(stream) > _MAX_BYTES:
                raise SourceError("is a page of more than a gibibyte; unpack it")
            self._parts = list(self._read(stream))

    @staticmethod
    def _read(stream: IO[bytes]) -> Iterator[Part]:
        raise NotImplementedError

    def entries(self) -> Iterator[Entry]:
        """Yield every part."""
        for place, (address, _, saved_at) in enumerate(self._parts):
            yield Entry(
                str(place),
                address or str(place),
                self.open(place),
                url=address if address.startswith(_WEB) else None,
                retrieved_at=saved_at,
            )

    def open(self, locator: int) -> Any:
        """Return a stream of one part, decoded."""
        return io.BytesIO(self._parts[locator].content)


class Mhtml(_SavedPage):
    """A message with a page."""

    @staticmethod
    def _read(stream: IO[bytes]) -> Iterator[Part]:
        message = email.message_from_bytes(stream.read())
        saved_at = mail_time(str(message["Date"] or ""))
        for part in message.walk():
            if not part.is_multipart():
                content = part.get_payload(decode=True)
                yield Part(
                    str(part["Content-Location"] or ""),
                    content if isinstance(content, bytes) else b"",
                    saved_at,
                )


class WebArchive(_SavedPage):
    """A property list with a page; each frame in it is such a list."""

    @staticmethod
    def _read(stream: IO[bytes]) -> Iterator[Part]:
        yield from _resources(plistlib.loads(stream.read()))


def recognise(beginning: bytes) -> type[Mhtml | WebArchive] | None:
    """Return the kind of saved page that starts with these bytes, or None."""
    if _MESSAGE.match(beginning):
        return Mhtml
    # The keys of a property list precede its values.
    is_archive = beginning.startswith(_PROPERTY_LIST) and _MAIN.encode() in beginning
    return WebArchive if is_archive else None


def _resources(page: Mapping[str, Any]) -> Iterator[Part]:
    """Yield the resources of a page and its frames, each once: a list may name one many times."""
    frames = [page]
    seen: set[int] = set()
    while frames:
        frame = frames.pop()
        if id(frame) not in seen:
            seen.add(id(frame))
            resources = {id(r): r for r in (frame[_MAIN], *frame.get("WebSubresources", ()))}
            yield from (_part(r) for number, r in resources.items() if number not in seen)
            seen |= resources.keys()
            frames += frame.get("WebSubframeArchives", ())


def _part(resource: Mapping[str, Any]) -> Part:
    address, content = resource.get("WebResourceURL"), resource["WebResourceData"]
    if not isinstance(content, bytes):
        raise SourceError("is a web archive with a resource that is no data; save it again")
    return Part(address if isinstance(address, str) else "", content)

"""Decoding a source's bytes to characters, reversibly and without repair."""

import codecs
import re

import ftfy.bad_codecs  # noqa: F401 - registers sloppy-windows-1252, which has all 256 bytes

UTF8 = "utf-8"
MIXED = "utf-8+windows-1252"
"""UTF-8 with stray windows-1252 bytes, from pages of a database that mixed the two."""
BINARY = "latin-1"
"""For anything but text: maps each byte to the code point of its value, so nothing is lost."""
UTF16 = "utf-16-le", "utf-16-be"
"""For data that starts with their byte order mark."""

_UTF8_MARK = codecs.BOM_UTF8
_UTF16_MARKS = dict(zip((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), UTF16, strict=True))
_UTF32_MARK = codecs.BOM_UTF32_LE


def _stray_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("sloppy-windows-1252"), error.end


codecs.register_error("windows-1252-for-stray-bytes", _stray_byte)


_SURROGATE = re.compile("[\ud800-\udfff]")


def without_surrogates(text: str) -> str:
    """Replace surrogates, which no text file can hold.

    A surrogate for an undecodable byte becomes that byte's character in windows-1252; any other,
    which JSON can express, becomes U+FFFD.
    """
    return _SURROGATE.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return bytes([code - 0xDC00]).decode("sloppy-windows-1252")
    return "\N{REPLACEMENT CHARACTER}"


def detect(data: bytes) -> str:
    """Return the encoding of a source: UTF8, MIXED, one of UTF16, or BINARY if it is not text."""
    # The mark of UTF-32 starts like that of UTF-16, but nobody uses UTF-32 for files.
    marked = _UTF16_MARKS.get(data[:2])
    if marked and not data.startswith(_UTF32_MARK):
        return marked
    if b"\0" in data:
        return BINARY
    try:
        data.decode(UTF8)
    except UnicodeDecodeError:
        return MIXED
    return UTF8


def decode(data: bytes, encoding: str = MIXED) -> str:
    """Decode bytes in an encoding that `detect` returned; never fails.

    In UTF-16, unpaired surrogates and an odd last byte become U+FFFD.
    """
    if encoding == BINARY:
        return data.decode(BINARY)
    if encoding in UTF16:
        units = data[: len(data) // 2 * 2].decode(encoding, "surrogatepass")
        rest = "\N{REPLACEMENT CHARACTER}" * (len(data) % 2)
        return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", units) + rest
    return data.decode(UTF8, "windows-1252-for-stray-bytes")


def mark_length(data: bytes, encoding: str) -> int:
    """Return the length in bytes of a source's byte order mark."""
    if encoding in UTF16:
        return 2
    return len(_UTF8_MARK) if data.startswith(_UTF8_MARK) and encoding != BINARY else 0

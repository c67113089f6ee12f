"""Turning a source's bytes into characters, one to one and without repair."""

import codecs
import re

import ftfy.bad_codecs  # noqa: F401 - registers sloppy-windows-1252, which has all 256 bytes

UTF8 = "utf-8"
MIXED = "utf-8+windows-1252"
"""UTF-8 with stray bytes of windows-1252, as a page holds whose database mixed the two."""
BINARY = "latin-1"
"""For what is no text: maps each byte to the code point of its value, so that nothing is lost."""


def _stray_byte(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    stray = error.object[error.start : error.end]
    return stray.decode("sloppy-windows-1252"), error.end


codecs.register_error("windows-1252-for-stray-bytes", _stray_byte)


_SURROGATE = re.compile("[\ud800-\udfff]")


def without_surrogates(text: str) -> str:
    """Replace surrogates, which no text file can hold.

    One that stands for an undecodable byte becomes that byte's character in windows-1252; any
    other, as JSON can spell it, is half a character and becomes U+FFFD.
    """
    return _SURROGATE.sub(_replacement, text)


def _replacement(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:
        return bytes([code - 0xDC00]).decode("sloppy-windows-1252")
    return "\N{REPLACEMENT CHARACTER}"


def detect(data: bytes) -> str:
    """Return the encoding of a source: UTF8, MIXED, or BINARY for bytes that are no text."""
    if b"\0" in data:
        return BINARY
    try:
        data.decode(UTF8)
    except UnicodeDecodeError:
        return MIXED
    return UTF8


def decode(data: bytes, encoding: str = MIXED) -> str:
    """Decode bytes in an encoding that `detect` returned; never fails."""
    if encoding == BINARY:
        return data.decode(BINARY)
    return data.decode(UTF8, "windows-1252-for-stray-bytes")

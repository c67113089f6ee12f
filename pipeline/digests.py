"""Hashes of files, and of whatever else decides a result, in hexadecimal digits."""

import hashlib
from pathlib import Path

from pydantic import BaseModel


def digest(*parts: BaseModel | str | bytes) -> str:
    """Hash parts of any type into 64 hexadecimal digits (SHA-256), unambiguously framed."""
    hasher = hashlib.sha256()
    for part in parts:
        raw = part.model_dump_json() if isinstance(part, BaseModel) else part
        data = raw.encode() if isinstance(raw, str) else raw
        hasher.update(len(data).to_bytes(8, "big"))
        hasher.update(data)
    return hasher.hexdigest()


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's raw bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""What the portal asks of a place for files, what can go wrong there, and what both stores check alike."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

CHUNK = 1024 * 1024

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_KEY = 512
_LONGEST_NAME = 200  # between two slashes; file systems allow 255, and a folder needs some for itself


class StorageError(Exception):
    """Something is wrong with the store or with an object in it; the subclass says what can be done about it."""


class StorageMissing(StorageError):
    """There is no object under this key."""


class StorageTaken(StorageError):
    """The key already holds *other* bytes, and the caller asked not to replace them."""


class StorageCorrupt(StorageError):
    """The bytes are not those that were promised. Trying again with the same bytes does not help."""


class StorageUnavailable(StorageError):
    """The store did not answer, refused us, or broke off. The same call may succeed later."""


@dataclass(frozen=True)
class StoredFile:
    """One object as `list` shows it. `size` is in bytes, `modified_at` an aware instant in UTC."""

    key: str
    size: int
    modified_at: datetime


class Storage(Protocol):
    """What the portal asks of a place for files. Every method may raise `StorageUnavailable`."""

    def put(self, key: str, source: Path | IO[bytes], *, sha256: str, exclusive: bool = True) -> None:
        """Store the bytes of `source` (a path, or a binary file read from where it stands) under `key`, durably.

        `sha256` is the lower-case hexadecimal digest of those bytes; others raise StorageCorrupt and store nothing.
        With `exclusive` a key that holds other bytes raises StorageTaken; without it they are replaced at once.
        """

    def open(self, key: str, *, sha256: str | None = None) -> IO[bytes]:
        """The object as a seekable binary file, verified before it is handed over. The caller closes it.

        It is compared with the digest kept at `put` and, where given, with the caller's own `sha256`.
        Raises StorageMissing, or StorageCorrupt when the bytes are not the promised ones.
        """

    def exists(self, key: str) -> bool:
        """Whether there is an object under `key`."""

    def copy(self, source: str, target: str) -> None:
        """Copy an object inside the store, without moving its bytes through this process; never replaces other bytes.

        Raises StorageMissing (no source) or StorageTaken (the target holds other bytes).
        """

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens when there is none."""

    def list(self, prefix: str = "") -> Iterator[StoredFile]:
        """Every object whose key starts with `prefix`, in key order."""

    def remove_leftovers(self, before: datetime) -> int:
        """Remove what a writer that died left behind before that instant, and say how many there were."""


def sha256_of(source: Path | IO[bytes]) -> str:
    """The SHA-256 of a file in lower-case hexadecimal; a file object is read from where it stands to its end."""
    with opened(source) as readable:
        return hash_of(readable)


def checked_key(key: str) -> str:
    """The key itself. Raises ValueError for one that could leave its place in a folder or means two things."""
    too_long = len(key) > _LONGEST_KEY or any(len(name) > _LONGEST_NAME for name in key.split("/"))
    if too_long or not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def checked_digest(sha256: str) -> str:
    """The digest itself. Raises ValueError when it is none."""
    if not is_digest(sha256):
        raise ValueError("sha256 must be 64 lower-case hexadecimal digits")
    return sha256


def is_digest(text: str) -> bool:
    return _SHA256.fullmatch(text) is not None


def verify(key: str, digest: str, *promises: str | None) -> None:
    """Raises StorageCorrupt unless `digest` is every digest that was promised."""
    for promised in promises:
        if promised is not None and digest != promised:
            raise StorageCorrupt(f"{key} has SHA-256 {digest}, promised was {promised}")


@contextlib.contextmanager
def opened(source: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """A path opened and closed again, or the caller's own file as it is."""
    if isinstance(source, Path):
        with open(source, "rb") as readable:
            yield readable
    else:
        yield source


def hash_of(readable: Any) -> str:
    """The SHA-256 of what is left to read."""
    digest = hashlib.sha256()
    while chunk := readable.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def copy_and_hash(readable: Any, writable: IO[bytes]) -> str:
    """Copy what is left to read, and its SHA-256."""
    digest = hashlib.sha256()
    while chunk := readable.read(CHUNK):
        digest.update(chunk)
        writable.write(chunk)
    return digest.hexdigest()

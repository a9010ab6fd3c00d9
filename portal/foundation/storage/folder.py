"""Objects as plain files in a folder: the embedded default."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from portal.foundation import faults
from portal.foundation.storage.contract import (
    StorageCorrupt,
    StorageMissing,
    StorageTaken,
    StorageUnavailable,
    StoredFile,
    checked_digest,
    checked_key,
    copy_and_hash,
    hash_of,
    is_digest,
    opened,
    verify,
)


class FolderStorage:
    """Objects as plain files in a folder, so that an administrator can read and back them up with ordinary tools.

    A file appears under its name only when it is complete: it is written to a hidden file in the same folder, flushed
    to the disk, and then given its name with `os.link`, which fails when the name is taken (a rename would silently
    replace). The promised digest stands beside it in `.<name>.sha256`, written after the name was won; a crash in
    between loses that note but never an object, and the object can still be verified against the caller's digest.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def put(self, key: str, source: Path | IO[bytes], *, sha256: str, exclusive: bool = True) -> None:
        path = self._path(key)
        with _unavailable_on(OSError):
            self._make_folder(path.parent)
            part = path.parent / f".{path.name}.{secrets.token_hex(8)}.part"
            try:
                with opened(source) as readable, open(part, "xb") as writable:
                    digest = copy_and_hash(readable, writable)
                    faults.reach("storage.mid_put")
                    writable.flush()
                    os.fsync(writable.fileno())
                if digest != checked_digest(sha256):
                    raise StorageCorrupt(f"the bytes for {key} have SHA-256 {digest}, promised was {sha256}")
                self._name(part, path, sha256, exclusive=exclusive)
            finally:
                part.unlink(missing_ok=True)

    def open(self, key: str, *, sha256: str | None = None) -> IO[bytes]:
        path = self._path(key)
        with _unavailable_on(OSError):
            kept = self._kept_digest(path)
            try:
                readable = open(path, "rb")  # noqa: SIM115 - handed to the caller, who closes it
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise StorageMissing(key) from None
            try:
                verify(key, hash_of(readable), kept, sha256)
                readable.seek(0)
            except BaseException:
                readable.close()
                raise
            return readable

    def exists(self, key: str) -> bool:
        with _unavailable_on(OSError):
            return self._path(key).is_file()

    def copy(self, source: str, target: str) -> None:
        origin, path = self._path(source), self._path(target)
        with _unavailable_on(OSError):
            if not origin.is_file():
                raise StorageMissing(source)
            self._make_folder(path.parent)
            # Objects never change in place, so a second name for the same bytes is a copy, and one that cannot be half.
            self._name(origin, path, self._kept_digest(origin), exclusive=True)

    def delete(self, key: str) -> None:
        path = self._path(key)
        with _unavailable_on(OSError), contextlib.suppress(FileNotFoundError, NotADirectoryError):
            # The note first: one left without its object would accuse the next object of this name.
            _digest_path(path).unlink(missing_ok=True)
            path.unlink()
            _sync_folder(path.parent)

    def list(self, prefix: str = "") -> Iterator[StoredFile]:
        found = []
        with _unavailable_on(OSError):
            start = self.folder / prefix.rpartition("/")[0]
            for where, folders, names in os.walk(start):
                folders[:] = [name for name in folders if not name.startswith(".")]
                for name in names:
                    path = Path(where, name)
                    key = path.relative_to(self.folder).as_posix()
                    if name.startswith(".") or not key.startswith(prefix):
                        continue
                    with contextlib.suppress(FileNotFoundError):  # deleted while we were walking
                        status = path.stat()
                        found.append(StoredFile(key, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC)))
        yield from sorted(found, key=lambda stored: stored.key)

    def remove_leftovers(self, before: datetime) -> int:
        removed = 0
        with _unavailable_on(OSError):
            for path in self.folder.rglob(".*.part"):
                with contextlib.suppress(FileNotFoundError):  # its writer finished meanwhile
                    if path.stat().st_mtime < before.timestamp():
                        path.unlink()
                        removed += 1
        return removed

    def _path(self, key: str) -> Path:
        return self.folder / checked_key(key)

    def _name(self, complete: Path, path: Path, sha256: str | None, *, exclusive: bool) -> None:
        """Give the complete file the name `path`; the name, not the bytes, is what appears at once."""
        beside = _digest_path(path)
        if exclusive:
            try:
                os.link(complete, path)
                beside.unlink(missing_ok=True)
            except FileExistsError:
                with open(path, "rb") as present, open(complete, "rb") as wanted:
                    if hash_of(present) != hash_of(wanted):
                        raise StorageTaken(path.relative_to(self.folder).as_posix()) from None
        else:
            beside.unlink(missing_ok=True)  # first, so that no reader meets the new bytes with the old digest
            os.replace(complete, path)
        _sync_folder(path.parent)
        if sha256 is not None and not beside.exists():
            note = beside.with_name(f"{beside.name}.{secrets.token_hex(8)}.part")
            note.write_text(sha256, encoding="ascii")
            os.replace(note, beside)

    def _kept_digest(self, path: Path) -> str | None:
        try:
            text = _digest_path(path).read_text(encoding="ascii", errors="replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return text if is_digest(text) else None

    def _make_folder(self, folder: Path) -> None:
        """Create the folder and make every new name on the way to it survive a power cut."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            new.mkdir(exist_ok=True)
            _sync_folder(new.parent)


def _digest_path(path: Path) -> Path:
    return path.with_name(f".{path.name}.sha256")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _unavailable_on(kind: type[Exception]) -> Iterator[None]:
    """A full or unreadable disk is the folder's way of not answering."""
    try:
        yield
    except kind as error:
        raise StorageUnavailable(f"{type(error).__name__}: {error}") from error

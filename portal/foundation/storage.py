"""Where the bytes of files live: a folder (the embedded default) or an S3 bucket, behind one small protocol.

Objects are **immutable and whole**: a key holds either all of its bytes or nothing, whatever dies in between, and every
object carries the SHA-256 that its writer promised. `put` refuses bytes that do not match the promise, and `open`
checks them again before anybody reads the first one, so a damaged disk or a half transfer can never become a figure.

Keys are slash-separated names of letters, digits, `.`, `-` and `_` (`quarantine/01J…`, `files/…/<sha256>`).
Writing the same bytes to the same key again is a success, so that retries by a worker or by boto3 are harmless.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Protocol
from urllib.parse import parse_qs, urlsplit

from flask import Flask, current_app

if TYPE_CHECKING:
    from portal.foundation.config import Settings

CHUNK = 1024 * 1024
IN_MEMORY = 8 * CHUNK  # a downloaded object up to this many bytes is never written to a temporary file

_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_KEY = 512
_EXTENSION = "kravsjekk.storage"


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

    def put(self, key: str, source: Path | BinaryIO, *, sha256: str, exclusive: bool = True) -> None:
        """Store the bytes of `source` (a path, or a binary file read from where it stands) under `key`, durably.

        `sha256` is the lower-case hexadecimal digest of those bytes; others raise StorageCorrupt and store nothing.
        With `exclusive` a key that holds other bytes raises StorageTaken; without it they are replaced at once.
        """

    def open(self, key: str, *, sha256: str | None = None) -> BinaryIO:
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


class FolderStorage:
    """Objects as plain files in a folder, so that an administrator can read and back them up with ordinary tools.

    A file appears under its name only when it is complete: it is written to a hidden file in the same folder, flushed
    to the disk, and then given its name with `os.link`, which fails when the name is taken (a rename would silently
    replace). The promised digest stands beside it in `.<name>.sha256`, written after the name was won; a crash in
    between loses that note but never an object, and the object can still be verified against the caller's digest.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    def put(self, key: str, source: Path | BinaryIO, *, sha256: str, exclusive: bool = True) -> None:
        path = self._path(key)
        with _unavailable_on(OSError):
            self._make_folder(path.parent)
            part = path.parent / f".{path.name}.{secrets.token_hex(8)}.part"
            try:
                with _opened(source) as readable, open(part, "xb") as writable:
                    digest = _copy_and_hash(readable, writable)
                    writable.flush()
                    os.fsync(writable.fileno())
                if digest != _checked(sha256):
                    raise StorageCorrupt(f"the bytes for {key} have SHA-256 {digest}, promised was {sha256}")
                self._name(part, path, sha256, exclusive=exclusive)
            finally:
                part.unlink(missing_ok=True)

    def open(self, key: str, *, sha256: str | None = None) -> BinaryIO:
        path = self._path(key)
        with _unavailable_on(OSError):
            kept = self._kept_digest(path)
            try:
                readable = open(path, "rb")  # noqa: SIM115 - handed to the caller, who closes it
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                raise StorageMissing(key) from None
            try:
                _verify(key, _hash(readable), kept, sha256)
                readable.seek(0)
            except BaseException:
                readable.close()
                raise
            return readable

    def exists(self, key: str) -> bool:
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
            path.unlink()
            _digest_path(path).unlink(missing_ok=True)
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
        return self.folder / _checked_key(key)

    def _name(self, complete: Path, path: Path, sha256: str | None, *, exclusive: bool) -> None:
        """Give the complete file the name `path`; the name, not the bytes, is what appears at once."""
        beside = _digest_path(path)
        if exclusive:
            try:
                os.link(complete, path)
            except FileExistsError:
                with open(path, "rb") as present, open(complete, "rb") as wanted:
                    if _hash(present) != _hash(wanted):
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
        return text if _SHA256.fullmatch(text) else None

    def _make_folder(self, folder: Path) -> None:
        """Create the folder and make every new name on the way to it survive a power cut."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            new.mkdir(exist_ok=True)
            _sync_folder(new.parent)


class S3Storage:
    """Objects in a bucket of any S3-compatible store. Credentials come from the usual AWS places, never from the URL.

    The server checks the SHA-256 on arrival, and `If-None-Match: *` makes a write exclusive. The digest also lies in
    the object's metadata, since some stores drop the checksum attribute when they copy, and is compared on every read.

    `attempts` is how often one call is tried in all; the connect and read timeouts are short because a dead store
    must not hold a web thread (reads of 10 s are per received piece, not per object).
    """

    def __init__(
        self,
        bucket: str,
        *,
        prefix: str = "",
        endpoint_url: str | None = None,
        region: str | None = None,
        attempts: int = 2,
        session: Any = None,
    ) -> None:
        import boto3  # here, since it costs 0.2 s of every start and the folder store does without
        from botocore.config import Config

        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._s3 = (session or boto3.Session()).client(
            "s3",
            endpoint_url=endpoint_url,
            region_name=region or ("us-east-1" if endpoint_url else None),
            config=Config(
                connect_timeout=2,
                read_timeout=10,
                retries={"total_max_attempts": attempts, "mode": "standard"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                s3={"addressing_style": "path"} if endpoint_url else None,
            ),
        )

    def put(self, key: str, source: Path | BinaryIO, *, sha256: str, exclusive: bool = True) -> None:
        name = self._name(key)
        with _opened(source) as readable, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
            # A first pass, so that wrong bytes never leave this machine and so that boto3 can rewind for its retry.
            digest = _copy_and_hash(readable, spool)
            if digest != _checked(sha256):
                raise StorageCorrupt(f"the bytes for {key} have SHA-256 {digest}, promised was {sha256}")
            size = spool.tell()
            spool.seek(0)
            conditions = {"IfNoneMatch": "*"} if exclusive else {}
            try:
                with self._translated(key):
                    self._s3.put_object(
                        Bucket=self.bucket,
                        Key=name,
                        Body=spool,
                        ContentLength=size,
                        ContentType="application/octet-stream",
                        ChecksumSHA256=base64.b64encode(bytes.fromhex(sha256)).decode("ascii"),
                        Metadata={"sha256": sha256},
                        **conditions,
                    )
            except StorageTaken:
                # Our own first attempt may have arrived although its answer was lost.
                if self._digest(key) != sha256:
                    raise

    def open(self, key: str, *, sha256: str | None = None) -> BinaryIO:
        spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed to the caller, who closes it
        try:
            with self._translated(key):
                answer = self._s3.get_object(Bucket=self.bucket, Key=self._name(key))
                with contextlib.closing(answer["Body"]) as body:
                    digest = _copy_and_hash(body, spool)
            _verify(key, digest, answer["Metadata"].get("sha256"), sha256)
            spool.seek(0)
        except BaseException:
            spool.close()
            raise
        return spool  # type: ignore[return-value] - it has every method of BinaryIO

    def exists(self, key: str) -> bool:
        try:
            self._head(key)
        except StorageMissing:
            return False
        return True

    def copy(self, source: str, target: str) -> None:
        promised = self._digest(source)
        try:
            with self._translated(source):
                self._s3.copy_object(
                    Bucket=self.bucket,
                    Key=self._name(target),
                    CopySource={"Bucket": self.bucket, "Key": self._name(source)},
                    IfNoneMatch="*",
                )
        except StorageTaken:
            if promised is None or self._digest(target) != promised:
                raise StorageTaken(target) from None

    def delete(self, key: str) -> None:
        with self._translated(key):
            self._s3.delete_object(Bucket=self.bucket, Key=self._name(key))

    def list(self, prefix: str = "") -> Iterator[StoredFile]:
        with self._translated(prefix):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix + prefix)
            for page in pages:
                for entry in page.get("Contents", ()):
                    key = entry["Key"].removeprefix(self.prefix)
                    yield StoredFile(key, entry["Size"], entry["LastModified"].astimezone(UTC))

    def remove_leftovers(self, before: datetime) -> int:
        return 0  # one PUT is one request: the server keeps all of it or nothing

    def _name(self, key: str) -> str:
        return self.prefix + _checked_key(key)

    def _head(self, key: str) -> dict[str, Any]:
        with self._translated(key):
            answer: dict[str, Any] = self._s3.head_object(Bucket=self.bucket, Key=self._name(key))
            return answer

    def _digest(self, key: str) -> str | None:
        digest: str | None = self._head(key)["Metadata"].get("sha256")
        return digest

    @contextlib.contextmanager
    def _translated(self, key: str) -> Iterator[None]:
        """Turn the errors of the library into ours, so that nobody else needs to know which store this is."""
        from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError
        from urllib3.exceptions import HTTPError

        try:
            yield
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            if code == "NoSuchKey" or (status == 404 and code != "NoSuchBucket"):
                raise StorageMissing(key) from None
            if status in (409, 412):  # 409: two exclusive writes to one key at the same moment
                raise StorageTaken(key) from None
            if code in ("BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch"):
                raise StorageCorrupt(f"{key} was damaged on its way to the store") from error
            raise StorageUnavailable(f"the store answered {status} {code}") from error
        except (BotoCoreError, HTTPError, IncompleteReadError, OSError) as error:
            raise StorageUnavailable(f"the store did not answer: {type(error).__name__}") from error


def from_url(url: str, *, attempts: int = 2) -> Storage:
    """The store that a setting names.

    `folder:PATH` is a folder (a relative path counts from the working directory). `s3://BUCKET` takes the optional
    parameters `endpoint_url`, `prefix` and `region`. `attempts` is the number of tries for one S3 call: 2 in the
    web process, more in a worker. Raises ValueError, whose message says what is wrong with the URL.
    """
    parts = urlsplit(url)
    if parts.scheme == "folder":
        place = url.removeprefix("folder:")
        if not place:
            raise ValueError("folder: needs a path, for example folder:instance/files")
        return FolderStorage(Path(place))
    if parts.scheme == "s3":
        if not parts.hostname:
            raise ValueError("s3:// needs a bucket, for example s3://kravsjekk")
        if "@" in parts.netloc:
            raise ValueError(
                "credentials do not belong in the URL; give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            )
        options = parse_qs(parts.query, strict_parsing=bool(parts.query))
        if unknown := sorted(options.keys() - {"endpoint_url", "prefix", "region"}):
            raise ValueError(f"unknown parameter in the storage URL: {', '.join(unknown)}")
        return S3Storage(parts.hostname, attempts=attempts, **{name: values[-1] for name, values in options.items()})
    raise ValueError(f"unknown kind of storage {parts.scheme!r}: use folder:PATH or s3://BUCKET")


def init(app: Flask, settings: Settings, *, attempts: int = 2) -> None:
    """Open the store that the settings name; `storage()` answers with it inside this application."""
    app.extensions[_EXTENSION] = from_url(settings.storage_url, attempts=attempts)


def storage() -> Storage:
    """The current application's store."""
    store: Storage = current_app.extensions[_EXTENSION]
    return store


def sha256_of(source: Path | BinaryIO) -> str:
    """The SHA-256 of a file in lower-case hexadecimal; a file object is read from where it stands to its end."""
    with _opened(source) as readable:
        return _hash(readable)


def _checked_key(key: str) -> str:
    if len(key) > _LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key!r}")
    return key


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise ValueError("sha256 must be 64 lower-case hexadecimal digits")
    return sha256


def _verify(key: str, digest: str, *promises: str | None) -> None:
    for promised in promises:
        if promised is not None and digest != promised:
            raise StorageCorrupt(f"{key} has SHA-256 {digest}, promised was {promised}")


@contextlib.contextmanager
def _opened(source: Path | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with open(source, "rb") as readable:
            yield readable
    else:
        yield source


def _hash(readable: BinaryIO) -> str:
    return hashlib.file_digest(readable, "sha256").hexdigest()


def _copy_and_hash(readable: Any, writable: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := readable.read(CHUNK):
        digest.update(chunk)
        writable.write(chunk)
    return digest.hexdigest()


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

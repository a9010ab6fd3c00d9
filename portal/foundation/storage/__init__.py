"""Where the bytes of files live: a folder (the embedded default) or an S3 bucket, behind one small protocol.

Objects are **immutable and whole**: a key holds either all of its bytes or nothing, whatever dies in between, and every
object carries the SHA-256 that its writer promised. `put` refuses bytes that do not match the promise, and `open`
checks them again before anybody reads the first one, so a damaged disk or a half transfer can never become a figure.

Keys are slash-separated names of letters, digits, `.`, `-` and `_` (`quarantine/01J…`, `files/…/<sha256>`).
Writing the same bytes to the same key again is a success, so that retries by a worker or by boto3 are harmless.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from flask import Flask, current_app

from portal.foundation.storage.contract import (
    Storage,
    StorageCorrupt,
    StorageError,
    StorageMissing,
    StorageTaken,
    StorageUnavailable,
    StoredFile,
    sha256_of,
)
from portal.foundation.storage.folder import FolderStorage
from portal.foundation.storage.s3 import S3Storage

if TYPE_CHECKING:
    from portal.foundation.config import Settings

__all__ = [
    "FolderStorage",
    "S3Storage",
    "Storage",
    "StorageCorrupt",
    "StorageError",
    "StorageMissing",
    "StorageTaken",
    "StorageUnavailable",
    "StoredFile",
    "from_url",
    "init",
    "sha256_of",
    "storage",
]

_EXTENSION = "kravsjekk.storage"


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

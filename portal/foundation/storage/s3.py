"""Objects in a bucket of any S3-compatible store."""

from __future__ import annotations

import base64
import contextlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

from portal.foundation.storage.contract import (
    CHUNK,
    StorageCorrupt,
    StorageMissing,
    StorageTaken,
    StorageUnavailable,
    StoredFile,
    checked_digest,
    checked_key,
    copy_and_hash,
    opened,
    verify,
)

IN_MEMORY = 8 * CHUNK  # an object up to this many bytes is never written to a temporary file on its way


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

    def put(self, key: str, source: Path | IO[bytes], *, sha256: str, exclusive: bool = True) -> None:
        name = self._name(key)
        with opened(source) as readable, tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as spool:
            # A first pass, so that wrong bytes never leave this machine and so that boto3 can rewind for its retry.
            digest = copy_and_hash(readable, spool)
            if digest != checked_digest(sha256):
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

    def open(self, key: str, *, sha256: str | None = None) -> IO[bytes]:
        spool = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - handed to the caller, who closes it
        try:
            with self._translated(key):
                answer = self._s3.get_object(Bucket=self.bucket, Key=self._name(key))
                with contextlib.closing(answer["Body"]) as body:
                    digest = copy_and_hash(body, spool)
            verify(key, digest, answer["Metadata"].get("sha256"), sha256)
            spool.seek(0)
        except BaseException:
            spool.close()
            raise
        return cast(IO[bytes], spool)  # it has every method of one

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
        return self.prefix + checked_key(key)

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

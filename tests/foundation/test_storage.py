"""One contract, two stores: every test that takes `store` runs on a folder and on a real S3 server."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import os
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from portal.foundation.storage import (
    FolderStorage,
    S3Storage,
    Storage,
    StorageCorrupt,
    StorageMissing,
    StorageTaken,
    StorageUnavailable,
    from_url,
    s3,
    sha256_of,
)
from tests.seaweedfs import BUCKET, SeaweedServer

BYTES = b"registreringsnummer;drivstoff\nEQ10001;el\n"
OTHER = b"registreringsnummer;drivstoff\nEQ10002;el\n"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(store: Storage, key: str, content: bytes = BYTES, **options: bool) -> None:
    store.put(key, io.BytesIO(content), sha256=digest(content), **options)


def read(store: Storage, key: str) -> bytes:
    with store.open(key) as readable:
        return readable.read()


@pytest.fixture
def s3_store(request: pytest.FixtureRequest, s3_server: SeaweedServer) -> S3Storage:
    prefix = digest(request.node.nodeid.encode())[:16]  # each test its own corner of the bucket
    return S3Storage(BUCKET, prefix=prefix, endpoint_url=s3_server.endpoint_url, session=s3_server.session())


@pytest.fixture
def folder_store(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "files")


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest) -> Storage:
    chosen: Storage = request.getfixturevalue(f"{request.param}_store")
    return chosen


@pytest.fixture
def damage(store: Storage) -> Callable[[str, bytes], None]:
    """Change an object's bytes behind the store's back, as a failing disk or a careless administrator does."""

    def change(key: str, content: bytes) -> None:
        if isinstance(store, FolderStorage):
            (store.folder / key).write_bytes(content)
        else:
            assert isinstance(store, S3Storage)
            store._s3.put_object(
                Bucket=BUCKET, Key=store.prefix + key, Body=content, Metadata={"sha256": digest(BYTES)}
            )

    return change


class TestBothStores:
    def test_what_was_put_is_read_back(self, store: Storage) -> None:
        put(store, "quarantine/01j2")
        assert store.exists("quarantine/01j2")
        assert read(store, "quarantine/01j2") == BYTES

    def test_a_path_is_a_source_too(self, store: Storage, tmp_path: Path) -> None:
        source = tmp_path / "liste.csv"
        source.write_bytes(BYTES)
        store.put("a/b/c/liste.csv", source, sha256=sha256_of(source))
        assert read(store, "a/b/c/liste.csv") == BYTES

    def test_a_file_object_is_read_from_where_it_stands(self, store: Storage) -> None:
        source = io.BytesIO(b"before" + BYTES)
        source.seek(6)
        store.put("a", source, sha256=digest(BYTES))
        assert read(store, "a") == BYTES

    def test_a_source_that_cannot_be_rewound_is_stored(self, store: Storage) -> None:
        reader, writer = os.pipe()
        with os.fdopen(reader, "rb") as readable:
            with os.fdopen(writer, "wb") as writable:
                writable.write(BYTES)
            store.put("from-a-pipe", readable, sha256=digest(BYTES))
        assert read(store, "from-a-pipe") == BYTES

    def test_an_empty_object_is_an_object(self, store: Storage) -> None:
        put(store, "empty", b"")
        assert store.exists("empty")
        assert read(store, "empty") == b""

    def test_an_object_larger_than_memory_allows_is_streamed(self, store: Storage) -> None:
        content = os.urandom(s3.IN_MEMORY + 12_345)
        put(store, "large", content)
        assert digest(read(store, "large")) == digest(content)

    def test_an_opened_object_can_be_read_twice(self, store: Storage) -> None:
        put(store, "a")
        with store.open("a") as readable:
            assert readable.read() == BYTES
            readable.seek(0)
            assert readable.read() == BYTES

    def test_bytes_that_break_their_promise_are_not_stored(self, store: Storage) -> None:
        with pytest.raises(StorageCorrupt):
            store.put("a", io.BytesIO(OTHER), sha256=digest(BYTES))
        assert not store.exists("a")
        assert list(store.list()) == []

    def test_a_promise_that_is_no_digest_is_refused(self, store: Storage) -> None:
        with pytest.raises(ValueError, match="64"):
            store.put("a", io.BytesIO(BYTES), sha256="abc")
        assert not store.exists("a")

    def test_damaged_bytes_are_never_handed_over(self, store: Storage, damage: Callable[[str, bytes], None]) -> None:
        put(store, "a")
        damage("a", OTHER)
        with pytest.raises(StorageCorrupt):
            store.open("a")

    def test_the_readers_own_digest_is_checked_too(self, store: Storage) -> None:
        put(store, "a")
        with pytest.raises(StorageCorrupt):
            store.open("a", sha256=digest(OTHER))
        with store.open("a", sha256=digest(BYTES)) as readable:
            assert readable.read() == BYTES

    def test_the_same_bytes_may_be_put_again(self, store: Storage) -> None:
        put(store, "a")
        put(store, "a")
        assert read(store, "a") == BYTES

    def test_other_bytes_never_replace_an_object(self, store: Storage) -> None:
        put(store, "a")
        with pytest.raises(StorageTaken):
            put(store, "a", OTHER)
        assert read(store, "a") == BYTES

    def test_other_bytes_replace_an_object_when_asked_to(self, store: Storage) -> None:
        put(store, "a")
        put(store, "a", OTHER, exclusive=False)
        assert read(store, "a") == OTHER

    def test_of_twenty_writers_with_different_bytes_one_wins(self, store: Storage) -> None:
        won, lost = [], []
        start = threading.Barrier(20)

        def write(number: int) -> None:
            content = b"writer %d" % number
            start.wait()
            try:
                put(store, "contested", content)
                won.append(content)
            except StorageTaken:
                lost.append(content)

        threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(won), len(lost)) == (1, 19)
        assert read(store, "contested") == won[0]

    def test_twenty_writers_with_the_same_bytes_all_succeed(self, store: Storage) -> None:
        failures = []
        start = threading.Barrier(20)

        def write() -> None:
            start.wait()
            try:
                put(store, "shared")
            except StorageTaken as error:
                failures.append(error)

        threads = [threading.Thread(target=write) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert read(store, "shared") == BYTES

    def test_a_copy_has_the_bytes_and_their_digest(self, store: Storage, damage: Callable[[str, bytes], None]) -> None:
        put(store, "quarantine/1")
        store.copy("quarantine/1", "files/01j2/abc")
        store.delete("quarantine/1")
        assert read(store, "files/01j2/abc") == BYTES
        damage("files/01j2/abc", OTHER)
        with pytest.raises(StorageCorrupt):
            store.open("files/01j2/abc")

    def test_a_copy_may_be_repeated(self, store: Storage) -> None:
        put(store, "a")
        store.copy("a", "b")
        store.copy("a", "b")
        assert read(store, "b") == BYTES

    def test_a_copy_never_replaces_other_bytes(self, store: Storage) -> None:
        put(store, "a")
        put(store, "b", OTHER)
        with pytest.raises(StorageTaken):
            store.copy("a", "b")
        assert read(store, "b") == OTHER

    def test_replacing_the_original_leaves_its_copy_alone(self, store: Storage) -> None:
        put(store, "a")
        store.copy("a", "b")
        put(store, "a", OTHER, exclusive=False)
        assert read(store, "b") == BYTES

    def test_what_is_missing_is_said_to_be_missing(self, store: Storage) -> None:
        assert not store.exists("nothing/here")
        with pytest.raises(StorageMissing):
            store.open("nothing/here")
        with pytest.raises(StorageMissing):
            store.copy("nothing/here", "there")

    def test_a_deleted_object_is_gone_and_deleting_again_is_harmless(self, store: Storage) -> None:
        put(store, "a/b")
        store.delete("a/b")
        store.delete("a/b")
        store.delete("never/was")
        assert not store.exists("a/b")
        with pytest.raises(StorageMissing):
            store.open("a/b")

    def test_a_key_is_free_again_after_deletion(self, store: Storage) -> None:
        put(store, "a")
        store.delete("a")
        put(store, "a", OTHER)
        assert read(store, "a") == OTHER

    def test_the_list_has_key_size_and_time_in_key_order(self, store: Storage) -> None:
        for key in ("files/b", "files/a", "files/a-2", "quarantine/x"):
            put(store, key)
        listed = list(store.list("files/"))
        assert [stored.key for stored in listed] == ["files/a", "files/a-2", "files/b"]
        assert {stored.size for stored in listed} == {len(BYTES)}
        assert all(abs(datetime.now(UTC) - stored.modified_at) < timedelta(minutes=5) for stored in listed)

    def test_a_prefix_is_letters_and_not_a_folder(self, store: Storage) -> None:
        for key in ("files/ab1", "files/ab2", "files/b"):
            put(store, key)
        assert [stored.key for stored in store.list("files/ab")] == ["files/ab1", "files/ab2"]
        assert [stored.key for stored in store.list()] == ["files/ab1", "files/ab2", "files/b"]
        assert list(store.list("nothing/")) == []

    @pytest.mark.parametrize(
        "key",
        [
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/../b",
            "a/..",
            ".hidden",
            "a/.b",
            "a b",
            "a\\b",
            "ø",
            "a\nb",
            "a" * 201,
            "a/" * 256 + "a",
        ],
    )
    def test_a_key_that_could_leave_its_place_is_refused(self, store: Storage, key: str) -> None:
        with pytest.raises(ValueError, match="not a storage key"):
            put(store, key)
        with pytest.raises(ValueError, match="not a storage key"):
            store.open(key)


class TestFolder:
    def test_a_writer_that_dies_leaves_nothing_that_is_seen(self, folder_store: FolderStorage) -> None:
        class Dying(io.BytesIO):
            def read(self, size: int | None = -1) -> bytes:
                if self.tell():
                    raise KeyboardInterrupt
                return super().read(10)

        with pytest.raises(KeyboardInterrupt):
            folder_store.put("a", Dying(BYTES), sha256=digest(BYTES))
        assert not folder_store.exists("a")
        assert list(folder_store.folder.iterdir()) == []

    def test_what_a_killed_writer_left_is_swept_when_it_is_old(self, folder_store: FolderStorage) -> None:
        put(folder_store, "files/a")
        left = folder_store.folder / "files" / ".b.0011223344556677.part"
        left.write_bytes(b"half")
        assert [stored.key for stored in folder_store.list()] == ["files/a"]
        assert folder_store.remove_leftovers(datetime.now(UTC) - timedelta(hours=1)) == 0
        assert folder_store.remove_leftovers(datetime.now(UTC) + timedelta(hours=1)) == 1
        assert not left.exists()
        assert read(folder_store, "files/a") == BYTES

    def test_a_note_left_by_a_deletion_that_died_accuses_nobody(self, folder_store: FolderStorage) -> None:
        put(folder_store, "a")
        (folder_store.folder / "a").unlink()
        put(folder_store, "a", OTHER)
        assert read(folder_store, "a") == OTHER

    def test_an_object_whose_note_was_lost_is_still_read(self, folder_store: FolderStorage) -> None:
        put(folder_store, "a")
        (folder_store.folder / ".a.sha256").write_text("")
        assert read(folder_store, "a") == BYTES
        with pytest.raises(StorageCorrupt):
            folder_store.open("a", sha256=digest(OTHER))

    def test_a_folder_is_not_an_object(self, folder_store: FolderStorage) -> None:
        put(folder_store, "a/b")
        assert not folder_store.exists("a")
        with pytest.raises(StorageMissing):
            folder_store.open("a")
        with pytest.raises(StorageMissing):
            folder_store.open("a/b/c")

    def test_a_file_and_its_folder_are_flushed_to_the_disk(
        self, folder_store: FolderStorage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        flushed = []
        real = os.fsync

        def fsync(descriptor: int) -> None:
            flushed.append(os.readlink(f"/proc/self/fd/{descriptor}"))
            real(descriptor)

        monkeypatch.setattr(os, "fsync", fsync)
        put(folder_store, "files/x/a")
        root = folder_store.folder
        assert [str(root.parent), str(root), str(root / "files")] == flushed[:3]  # the new folders, from the outside in
        assert flushed[3].endswith(".part")
        assert flushed[4] == str(root / "files" / "x")

    def test_a_disk_that_does_not_answer_is_unavailable(self, tmp_path: Path) -> None:
        (tmp_path / "files").write_text("a file where the folder should be")
        store = FolderStorage(tmp_path / "files")
        with pytest.raises(StorageUnavailable):
            put(store, "a")


class TestS3:
    def test_the_server_is_told_the_digest(self, s3_store: S3Storage, s3_server: SeaweedServer) -> None:
        put(s3_store, "a")
        kept = s3_server.client().head_object(Bucket=BUCKET, Key=f"{s3_store.prefix}a", ChecksumMode="ENABLED")
        assert kept["ChecksumSHA256"] == base64.b64encode(bytes.fromhex(digest(BYTES))).decode()
        assert kept["Metadata"] == {"sha256": digest(BYTES)}

    def test_a_retry_after_a_lost_answer_succeeds_under_the_same_key(
        self, s3_server: SeaweedServer, s3_store: S3Storage, forgetful_proxy: str
    ) -> None:
        """The first attempt arrives but its answer does not; the library's second meets our own object (ID-4)."""
        prefix = s3_store.prefix.rstrip("/")
        store = S3Storage(BUCKET, prefix=prefix, endpoint_url=forgetful_proxy, session=s3_server.session())
        put(store, "a")
        assert [stored.key for stored in s3_store.list()] == ["a"]
        assert read(s3_store, "a") == BYTES

    @pytest.fixture
    def forgetful_proxy(self, s3_server: SeaweedServer) -> Iterator[str]:
        """Passes every request on, and hangs up on the first one instead of answering."""
        answered = []

        class Proxy(BaseHTTPRequestHandler):
            def forward(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                upstream = http.client.HTTPConnection(s3_server.endpoint_url.removeprefix("http://"))
                upstream.request(self.command, self.path, body, dict(self.headers))
                answer = upstream.getresponse()
                content = answer.read()
                upstream.close()
                answered.append(answer.status)
                self.close_connection = True
                if len(answered) > 1:
                    self.send_response(answer.status)
                    for name, value in answer.getheaders():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content)

            do_PUT = do_HEAD = forward

            def log_message(self, *arguments: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Proxy) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()
            thread.join()
        assert answered[:2] == [200, 412]

    def test_wrong_credentials_are_unavailable_and_not_missing(self, s3_server: SeaweedServer) -> None:
        import boto3

        store = S3Storage(BUCKET, endpoint_url=s3_server.endpoint_url, session=boto3.Session("test-key", "wrong"))
        with pytest.raises(StorageUnavailable):
            put(store, "a")
        with pytest.raises(StorageUnavailable):
            store.exists("a")

    def test_a_bucket_that_does_not_exist_is_unavailable_and_not_missing(self, s3_server: SeaweedServer) -> None:
        store = S3Storage("no-such-bucket", endpoint_url=s3_server.endpoint_url, session=s3_server.session())
        with pytest.raises(StorageUnavailable):
            store.open("a")

    def test_a_store_that_is_down_is_unavailable(self, s3_server: SeaweedServer) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        store = S3Storage(BUCKET, endpoint_url=f"http://127.0.0.1:{port}", attempts=1, session=s3_server.session())
        for call in (
            lambda: put(store, "a"),
            lambda: store.open("a"),
            lambda: store.exists("a"),
            lambda: list(store.list()),
        ):
            with pytest.raises(StorageUnavailable):
                call()

    def test_an_answer_that_breaks_off_is_unavailable(self, s3_server: SeaweedServer, breaking_server: str) -> None:
        store = S3Storage(BUCKET, endpoint_url=breaking_server, attempts=1, session=s3_server.session())
        with pytest.raises(StorageUnavailable):
            store.open("a")

    @pytest.fixture
    def breaking_server(self) -> Iterator[str]:
        """Promises a hundred bytes, sends four and hangs up."""
        with socket.create_server(("127.0.0.1", 0)) as listening:

            def answer() -> None:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: "x"\r\n\r\nhalf')

            thread = threading.Thread(target=answer)
            thread.start()
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            thread.join()


class TestUrl:
    def test_a_folder(self, tmp_path: Path) -> None:
        store = from_url(f"folder:{tmp_path}/files")
        assert isinstance(store, FolderStorage)
        assert store.folder == tmp_path / "files"

    def test_a_bucket_with_its_parameters(self) -> None:
        store = from_url("s3://krav?endpoint_url=https://s3.example.no&prefix=/portal/&region=eu-north-1")
        assert isinstance(store, S3Storage)
        assert (store.bucket, store.prefix) == ("krav", "portal/")
        assert store._s3.meta.endpoint_url == "https://s3.example.no"
        assert store._s3.meta.region_name == "eu-north-1"

    def test_a_dead_store_is_given_up_quickly(self) -> None:
        config = from_url("s3://krav?endpoint_url=https://s3.example.no")._s3.meta.config  # type: ignore[attr-defined]
        assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (2, 10, 2)

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("folder:", "needs a path"),
            ("s3://", "needs a bucket"),
            ("s3://key:secret@krav", "credentials do not belong"),
            ("s3://krav?endpoint=x", "unknown parameter"),
            ("ftp://krav", "unknown kind of storage"),
            ("", "unknown kind of storage"),
        ],
    )
    def test_a_wrong_url_says_what_is_wrong(self, url: str, reason: str) -> None:
        with pytest.raises(ValueError, match=reason):
            from_url(url)

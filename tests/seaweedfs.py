"""A real S3 server for the tests and the crash runs: SeaweedFS from its wheel, on free ports of the loopback address."""

from __future__ import annotations

import json
import socket
import subprocess
import sysconfig
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

ACCESS_KEY, SECRET_KEY, BUCKET = "test-key", "test-secret", "kravsjekk"
PORTS = [  # every one is set, or two servers on one machine collide
    *("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "volume.port.public"),
    *("filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc", "s3.port.iceberg", "s3.port.lance"),
    *("webdav.port", "admin.port", "admin.port.grpc"),
]
LONGEST_START = 60.0


class SeaweedServer:
    """`with SeaweedServer(folder) as server:` – one bucket, one pair of keys, nothing left running afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._ports = dict(zip(PORTS, _free_ports(len(PORTS)), strict=True))
        self.endpoint_url = f"http://127.0.0.1:{self._ports['s3.port']}"

    @property
    def storage_url(self) -> str:
        return f"s3://{BUCKET}?endpoint_url={self.endpoint_url}"

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to find its credentials."""
        return {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_DEFAULT_REGION": "us-east-1"}

    def session(self) -> Any:
        return boto3.Session(ACCESS_KEY, SECRET_KEY, region_name="us-east-1")

    def client(self) -> Any:
        config = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 1})
        return self.session().client("s3", endpoint_url=self.endpoint_url, config=config)

    def __enter__(self) -> SeaweedServer:
        self.folder.mkdir(parents=True, exist_ok=True)
        keys = [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}]
        config = self.folder / "identities.json"
        config.write_text(
            json.dumps(
                {"identities": [{"name": "test", "credentials": keys, "actions": ["Admin", "Read", "List", "Write"]}]}
            )
        )
        program = Path(sysconfig.get_path("scripts"), "weed")
        command = [
            str(program),
            "mini",
            f"-dir={self.folder}",
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            f"-s3.config={config}",
        ]
        command += ["-admin.ui=false", "-webdav=false", "-master.telemetry=false"]
        command += [f"-{name}={port}" for name, port in self._ports.items()]
        with open(self.folder / "log", "wb") as log:
            self._process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT)
        self._wait_until_it_stores()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.kill()  # a polite stop takes it four seconds, and nobody will read this data again
        self._process.wait()
        for name in ("master", "volume", "filer", "s3"):
            for port in self._ports.values():
                Path(f"/tmp/seaweedfs-{name}-grpc-{port}.sock").unlink(missing_ok=True)

    def _wait_until_it_stores(self) -> None:
        deadline = time.monotonic() + LONGEST_START
        client = self.client()
        with ExitStack() as stack:
            stack.callback(client.close)
            while True:
                try:
                    client.create_bucket(Bucket=BUCKET)
                    client.put_object(Bucket=BUCKET, Key="ready", Body=b"ready")
                    client.delete_object(Bucket=BUCKET, Key="ready")
                    return
                except (BotoCoreError, ClientError) as error:
                    assert self._process is not None
                    if self._process.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError(
                            f"SeaweedFS did not start: {(self.folder / 'log').read_text()[-2000:]}"
                        ) from error
                    time.sleep(0.05)


def _free_ports(count: int) -> list[int]:
    """Ports that were free a moment ago, all different."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [opened.getsockname()[1] for opened in sockets]
    finally:
        for opened in sockets:
            opened.close()

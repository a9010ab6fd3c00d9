"""The portal as real processes, for tests that kill them: `flask worker`, and the server that `make demo` starts too."""

from __future__ import annotations

import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from types import TracebackType

from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from portal.foundation.config import PROJECT_DIR, Settings
from portal.foundation.faults import VARIABLE
from tests.visitors import Visitor
from tests.waiting import wait_until


def environment(settings: Settings, fault: str = "") -> dict[str, str]:
    """What a process needs to be one portal with the test: same database, same files, same keys."""
    return {
        **os.environ,
        "KRAVSJEKK_MODE": "test",
        "KRAVSJEKK_SECRET_KEY": settings.secret_key,
        "KRAVSJEKK_BASE_URL": settings.base_url,
        "KRAVSJEKK_DATABASE_URL": settings.database_url,
        "KRAVSJEKK_STORAGE_URL": settings.storage_url,
        "KRAVSJEKK_MAIL_URL": "list:",
        "KRAVSJEKK_INSTANCE_DIR": str(settings.instance_dir),
        VARIABLE: fault,
    }


class PortalProcess(AbstractContextManager["PortalProcess"]):
    """A process group of its own, so that nothing of it is left when it is killed."""

    def __init__(self, command: list[str], settings: Settings, fault: str = "") -> None:
        surroundings = environment(settings, fault)
        self.popen = subprocess.Popen(command, cwd=PROJECT_DIR, env=surroundings, start_new_session=True)

    def kill(self) -> None:
        """kill -9 of every process in the group."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


class WorkerProcess(PortalProcess):
    """`flask worker` with one job at a time."""

    def __init__(self, settings: Settings, fault: str = "") -> None:
        super().__init__([sys.executable, "-m", "flask", "--app", "wsgi", "worker", "--threads", "1"], settings, fault)

    def died_by_itself(self) -> bool:
        """Waits for the armed point; true when the process ended there as if killed."""
        return self.popen.wait(60) == -signal.SIGKILL


class ServerProcess(PortalProcess):
    """granian on a free port, answering when the constructor returns."""

    def __init__(self, settings: Settings, fault: str = "", *, port: int | None = None) -> None:
        self.port = port or free_port()
        options = [
            "--interface",
            "wsgi",
            "--host",
            "127.0.0.1",
            "--port",
            str(self.port),
            "--workers",
            "1",
            "--log-level",
            "error",
        ]
        super().__init__([sys.executable, "-m", "granian", *options, "wsgi:app"], settings, fault)
        try:
            wait_until(self._answers, "the server to answer")
        except BaseException:
            self.kill()
            raise

    def _answers(self) -> bool:
        assert self.popen.poll() is None, "the server ended instead of answering"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


class Form:
    """A form as one browser sends it: the same token and once-key however often it is sent."""

    def __init__(self, app: Flask, visitor: Visitor, address: str, fields: dict[str, str]) -> None:
        self.visitor = visitor
        self.address = address
        self.fields = {**fields, "csrf_token": visitor.token, "_once": secrets.token_urlsafe(18)}
        name = app.config["SESSION_COOKIE_NAME"]
        cookie = visitor.client.get_cookie(name)
        assert cookie is not None
        self._cookie = f"{name}={cookie.value}"

    def send(self, port: int, **files: FileStorage) -> http.client.HTTPResponse:
        """Send it to the server process on that port. Raises OSError or HTTPException when the server dies before it has answered."""
        boundary, body = encode_multipart({**self.fields, **files})
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Cookie": self._cookie,
            "Host": "localhost",
        }
        try:
            connection.request("POST", self.address, body, headers)
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()

    def send_here(self, **files: FileStorage) -> int:
        """Send it to the application in this process; the status of the answer."""
        return self.visitor.client.post(self.address, data={**self.fields, **files}).status_code


def free_port() -> int:
    """A port that nobody used a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


def children_of(pid: int) -> list[int]:
    """The living children of a process, from its task list (Linux)."""
    found = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in tasks.read_text().split()]
        except (FileNotFoundError, ProcessLookupError):  # the thread has ended meanwhile
            continue
    return found

"""Reading in a child process with hard limits, because a hostile file may abort the process that opens it.

The child has RLIMIT_DATA (never RLIMIT_AS: polars reserves more than a gigabyte of addresses and hangs), RLIMIT_CPU, an
environment without secrets, no network where the system allows it, and a parent that kills it after a while. A child
that dies gives a rejected reading with a code; nothing here raises because of what a file holds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from portal.evidence.parsing import PARSER, limits
from portal.evidence.rules import Finding, Level, Outcome, shortened

_PROJECT = Path(__file__).resolve().parents[3]
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "KRAVSJEKK_PLATE_SERIES")
_OF_THE_CHILD = {
    "POLARS_MAX_THREADS": "2",
    # RLIMIT_DATA counts what the allocator keeps for later: give it back, and a million rows fit.
    "_RJEM_MALLOC_CONF": "retain:false,dirty_decay_ms:0,muzzy_decay_ms:0",
    "MALLOC_ARENA_MAX": "2",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_TOLD_OF_MEMORY = (b"memory allocation", b"MemoryError", b"out of memory", b"Cannot allocate", b"capacity overflow")


def read_in_child(
    source: Path,
    *,
    name: str,
    kind: str,
    period: tuple[date, date] | None = None,
    rows_to: Path | None = None,
    mapping: Mapping[str, str] | None = None,
    wall_seconds: float = limits.WALL_SECONDS,
) -> dict[str, Any]:
    """Read `source` in a child process; arguments and result as `reading.read`.

    A child that is killed or dies gives a rejected reading with `reading_took_too_long`, `reading_too_heavy` or
    `reading_stopped`. Rows that such a child left behind at `rows_to` are removed. Raises FileNotFoundError when
    `source` does not exist.
    """
    if not source.is_file():
        raise FileNotFoundError(source)
    request = {
        "source": str(source.resolve()),
        "name": name,
        "kind": kind,
        "period": [day.isoformat() for day in period] if period else None,
        "rows_to": str(rows_to.resolve()) if rows_to else None,
        "mapping": dict(mapping or {}),
    }
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    environment |= _OF_THE_CHILD
    child = subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=_PROJECT, env=environment, start_new_session=True,
    )
    code: str | None = None
    try:
        answer, complaint = child.communicate(json.dumps(request).encode(), timeout=wall_seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        answer, complaint = child.communicate()
        code = "reading_took_too_long"
    if code is None and child.returncode == 0:
        try:
            reading: dict[str, Any] = json.loads(answer)
            return reading
        except ValueError:
            code = "reading_stopped"
    if rows_to is not None:
        rows_to.unlink(missing_ok=True)
    return _rejected(source, name, kind, code or _cause(child.returncode, complaint))


def _cause(returncode: int, complaint: bytes) -> str:
    if returncode == -signal.SIGXCPU:
        return "reading_took_too_long"
    if returncode in (-signal.SIGKILL, _OUT_OF_MEMORY) or any(words in complaint for words in _TOLD_OF_MEMORY):
        return "reading_too_heavy"
    return "reading_stopped"


def _rejected(source: Path, name: str, kind: str, code: str) -> dict[str, Any]:
    import hashlib

    with source.open("rb") as raw:
        digest = hashlib.file_digest(raw, "sha256").hexdigest()
    return {
        "outcome": Outcome.REJECTED.value,
        "file": {"name": shortened(name, 255), "bytes": source.stat().st_size, "sha256": digest, "format": None},
        "parser": dict(PARSER),
        "kind": kind,
        "table": None,
        "figures": None,
        "facts": None,
        "findings": [Finding(Level.ERROR, code).as_json()],
    }


_OUT_OF_MEMORY = 86
"""The child's own exit code when Python could not get the memory."""


def _limit_yourself() -> None:
    """Take the limits upon this process, before anything of the file is opened."""
    import resource

    for what, most in (
        (resource.RLIMIT_DATA, limits.MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits.MOST_INFLATED_BYTES * 2),
    ):
        resource.setrlimit(what, (most, most))
    _leave_the_network()


def _leave_the_network() -> None:
    """An empty network of its own where the system allows it; Python's sockets are shut in any case."""
    import ctypes
    import socket

    library = ctypes.CDLL(None, use_errno=True)
    if hasattr(library, "unshare") and library.unshare(_CLONE_NEWNET) != 0:
        library.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)

    def refuse(*_: Any, **__: Any) -> Any:
        raise PermissionError("The reader has no network.")

    socket.socket = refuse  # type: ignore[assignment, misc]
    socket.create_connection = refuse


def main() -> int:
    """The child: one request on standard input, one reading on standard output."""
    request = json.load(sys.stdin)
    _limit_yourself()
    try:
        from portal.evidence.parsing.reading import read

        period = request["period"]
        reading = read(
            Path(request["source"]),
            name=request["name"],
            kind=request["kind"],
            period=(date.fromisoformat(period[0]), date.fromisoformat(period[1])) if period else None,
            rows_to=Path(request["rows_to"]) if request["rows_to"] else None,
            mapping=request["mapping"],
        )
    except MemoryError:
        return _OUT_OF_MEMORY
    json.dump(reading, sys.stdout, ensure_ascii=False, allow_nan=False)
    return 0


if __name__ == "__main__":
    # Nothing is worth tidying up in a process that ends here, and skipping it saves time.
    status = main()
    sys.stdout.flush()
    os._exit(status)

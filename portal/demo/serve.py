"""`make demo`: the story, the worker and the server under one command, stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from portal.demo import snapshot


def run(app: Flask, host: str, port: int) -> None:
    """Start worker and server as children and wait for either to end; Ctrl-C stops both."""
    project: Path = app.extensions["settings"].project_dir
    if snapshot.ensure(app):
        print("Demoen er bygd: Nidvik kommune (fiktiv).", flush=True)
    environment = {**os.environ, "KRAVSJEKK_MODE": "demo"}
    # Threads of other libraries are of no use in a small web process; the reader's child sets its own limits
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning", "wsgi:app"]
    worker = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    children = [subprocess.Popen(command, cwd=project, env=environment) for command in (worker, server)]
    print(f"Kravsjekk svarer på http://{host}:{port} (stopp med Ctrl-C)", flush=True)

    def stop(*_signal: object) -> None:
        for child in children:
            child.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while all(child.poll() is None for child in children):
        time.sleep(0.5)
    stop()
    for child in children:
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()


@click.command("demo")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@with_appcontext
def demo_command(host: str, port: int) -> None:
    """Start demoen: en oppdiktet kommune med tolv avtaler, på denne maskinen."""
    run(current_app._get_current_object(), host, port)  # type: ignore[attr-defined]

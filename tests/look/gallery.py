"""A small site with the real layout, macros, styles and script, and a few views that succeed or fail on request.

It has no database, so that what the browser does can be tried alone. `Site.signed_in` is switched by the tests.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request
from werkzeug.serving import make_server

from portal.foundation import i18n
from portal.foundation.transaction import POLICY

PROJECT = Path(__file__).resolve().parents[2]
ENDPOINTS = {
    "public.accessibility": "/tilgjengelighet",
    "public.identity.sign_in": "/logg-inn",
    "public.identity.sign_out": "/logg-ut",
    "public.demo.move_clock": "/demo/klokke",
    "public.demo.reset": "/demo/nullstill",
    "public.demo.mailbox": "/postkasse",
}


@dataclass
class Site:
    """What the tests can switch and see."""

    signed_in: bool = True
    person: str = "ingrid"
    received: list[dict[str, Any]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


def make_gallery(site: Site) -> Flask:
    app = Flask(__name__, template_folder=str(PROJECT / "templates"), static_folder=str(PROJECT / "static"))
    app.secret_key = "only for the gallery"
    i18n.init(app)
    app.jinja_env.globals.update(csrf_token=lambda: "first token", once_key=lambda: "once")
    app.jinja_env.globals["ui"] = app.jinja_env.get_template("ui.html").module
    page = app.jinja_env.from_string((Path(__file__).parent / "gallery.html").read_text(encoding="utf-8"))

    @app.context_processor
    def _context() -> dict[str, Any]:
        actor = SimpleNamespace(person_id="ingrid", name="Ingrid Solbakk", organisation_name="Nidvik kommune (fiktiv)")
        nav = [("Min dag", "/", True), ("Krav", "/krav", False), ("Avtaler", "/avtaler", False), ("Avvik", "/avvik", False)]
        return {
            "actor": actor,
            "nav": nav,
            "demo": SimpleNamespace(today=date(2026, 8, 17)),
            "locale": "nb",
            "request_id": "7F3A",
            "idle_minutes": 60,
        }

    def show() -> str:
        context: dict[str, Any] = {}
        app.update_template_context(context)
        return page.render(context, saved=request.args.get("lagret"))

    def sign_in() -> str:
        site.signed_in = True
        return show()

    for endpoint, rule in ENDPOINTS.items():
        app.add_url_rule(rule, endpoint, sign_in if endpoint.endswith("sign_in") else show, methods=["GET", "POST"])
    app.add_url_rule("/", "index", show)

    @app.post("/lagre")
    def save() -> Response:
        if not site.signed_in:
            return make_response("", 401, {"HX-Trigger": "session-expired"})
        files = {name: (upload.filename, len(upload.read())) for name, upload in request.files.items()}
        site.received.append({"fields": request.form.to_dict(), "files": files, "token": request.headers.get("X-CSRFToken")})
        if files:
            return make_response(redirect("/?lagret=filen", 303))
        return make_response("", 204)

    @app.post("/vent")
    def wait() -> Response:
        site.received.append({"fields": request.form.to_dict()})
        site.released.wait(5)
        return make_response(redirect("/?lagret=vedtaket", 303))

    @app.post("/opptatt")
    def refuse() -> Response:
        message = "Vedtaket er allerede fattet av Kari kl. 10.02."
        response = make_response(message, 409)
        response.mimetype = "text/plain"
        response.headers["HX-Trigger"] = app.json.dumps({"portal-error": {"message": message, "code": "7F3A"}})
        return response

    @app.post("/rett")
    def correct() -> Response:
        return make_response(show(), 422)

    @app.get("/kontekst.json")
    def context() -> Response:
        return jsonify(signed_in=site.signed_in, person=site.person, csrf_token="second token")

    @app.get("/feil/<name>")
    def error(name: str) -> str:
        conflict = SimpleNamespace(theirs="1. oktober", yours="i september", link="/") if name == "409" else None
        fields = [("svar", "Bil 22 er bestilt"), ("_once", "gammel")]
        return render_template(f"errors/{name}.html", message="Dette gikk ikke.", fields=fields, action="/lagre", conflict=conflict)

    @app.after_request
    def _headers(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return app


@contextmanager
def running(app: Flask) -> Iterator[str]:
    """The site on a free port, until the block ends."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""Every view stands behind exactly one door, every unsafe one refuses without a token, no page that is read writes anything."""

from __future__ import annotations

import hashlib

import pytest
from flask import Flask
from sqlalchemy import text

from portal.foundation.db import db
from portal.foundation.doors import DOORS, door_of, public_views
from portal.foundation.web import mount
from tests.strangers import Town, addresses, own_objects
from tests.visitors import Visitor

TRACES = {"access_trace", "web_session", "rate_counter"}  # written after the answer, in their own transaction (decision 12)


def test_every_endpoint_stands_behind_exactly_one_door(app: Flask) -> None:
    outside = [rule.endpoint for rule in app.url_map.iter_rules() if door_of(rule.endpoint) is None and rule.endpoint != "static"]
    assert not outside, f"{outside} stand behind no door: make their blueprint with web.public_views, supplier_views or staff_views"


def test_every_address_begins_with_its_door(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        door = door_of(rule.endpoint)
        if door in ("supplier", "staff"):
            assert rule.rule.startswith(DOORS[door] + "/"), rule
        elif door == "public":
            assert not rule.rule.startswith((DOORS["supplier"], DOORS["staff"])), rule


def test_a_blueprint_without_a_door_cannot_be_mounted(app: Flask) -> None:
    from flask import Blueprint

    with pytest.raises(TypeError, match="stands behind no door"):
        mount(app, Blueprint("loose", __name__))  # type: ignore[arg-type]
    assert public_views("somewhere").door == "public"


def test_every_unsafe_address_refuses_without_a_token(app: Flask, town: Town) -> None:
    tried = 0
    for actor in (town.controller, town.signer):
        visitor = Visitor(app, actor)
        for rule, address in addresses(app, own_objects(town, actor)):
            for method in rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
                answer = visitor.client.open(address, method=method, buffered=True, data={"x": "1"})
                assert answer.status_code in (400, 404), f"{method} {address} answered {answer.status_code} without a token"
                tried += 1
    assert tried > 20


def test_every_unsafe_address_refuses_a_form_from_another_site(app: Flask, town: Town) -> None:
    visitor = Visitor(app, town.controller)
    for rule, address in addresses(app, own_objects(town, town.controller)):
        if "POST" in rule.methods:
            answer = visitor.post(address, {"x": "1"}, headers={"Sec-Fetch-Site": "cross-site"})
            assert answer.status_code in (400, 404), address


def test_nobody_gets_through_a_door_without_signing_in(app: Flask, town: Town) -> None:
    stranger = app.test_client()
    for rule, address in addresses(app, own_objects(town, town.controller)):
        if door_of(rule.endpoint) == "public" or "GET" not in rule.methods:
            continue
        answer = stranger.get(address)
        assert answer.status_code == 303 and "/logg-inn?next=" in answer.location, address
        fragment = stranger.get(address, headers={"HX-Request": "true"})
        assert fragment.status_code == 401 and fragment.headers["HX-Trigger"] == "session-expired", address
        assert "HX-Redirect" not in fragment.headers


def test_reading_writes_nothing(app: Flask, town: Town) -> None:
    read = 0
    for actor in (town.controller, town.signer, town.reader):
        visitor = Visitor(app, actor)
        for rule, address in addresses(app, own_objects(town, actor)):
            if "GET" not in rule.methods or rule.endpoint == "static":
                continue
            before = _contents(app)
            answer = visitor.get(address)
            assert answer.status_code < 500, f"GET {address} answered {answer.status_code}"
            assert _contents(app) == before, f"GET {address} wrote to the database"
            read += 1
    assert read > 30


def test_every_page_behind_a_door_is_kept_out_of_caches_and_carries_the_headers(app: Flask, town: Town) -> None:
    for actor in (town.controller, town.signer):
        visitor = Visitor(app, actor)
        for rule, address in addresses(app, own_objects(town, actor)):
            if "GET" not in rule.methods or door_of(rule.endpoint) == "public":
                continue
            answer = visitor.get(address)
            assert answer.headers["Cache-Control"] == "no-store", address
            assert {"Cookie", "HX-Request", "HX-Target"} <= set(answer.vary), address
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "unsafe-inline" not in answer.headers["Content-Security-Policy"] or answer.mimetype == "image/svg+xml"


def _contents(app: Flask) -> dict[str, str]:
    """A fingerprint of every table but the traces."""
    with app.app_context():
        found = {}
        for table in db.metadata.sorted_tables:
            if table.name not in TRACES:
                rows = db.session.execute(text(f'select * from "{table.name}"')).all()  # noqa: S608 - our own table names
                found[table.name] = hashlib.sha256(repr(sorted(map(repr, rows))).encode()).hexdigest()
        db.session.rollback()
        return found

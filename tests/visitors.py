"""A browser with a person in it: keeps its cookies and sends the token with every form, as the page's script does."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.foundation import clock
from portal.foundation.actor import Actor
from portal.foundation.db import db, unit_of_work
from portal.foundation.models import WebSession
from portal.foundation.sessions import _hash
from portal.identity.models import Membership


class Visitor:
    """`actor` is signed in from the start; None is a stranger. `client` is the bare client, which sends no token."""

    def __init__(self, app: Flask, actor: Actor | None = None) -> None:
        self.app = app
        self.client = app.test_client()
        if actor is not None:
            self.sign_in(actor)

    def sign_in(self, actor: Actor) -> None:
        secret = secrets.token_urlsafe(32)
        with self.app.app_context(), unit_of_work():
            membership = db.session.scalars(
                select(Membership).where(Membership.person_id == actor.person_id, Membership.organisation_id == actor.organisation_id)
            ).one()
            moment = clock.real_now()
            db.session.add(
                WebSession(id=_hash(secret), membership_id=membership.id, issuer="test", subject=actor.email, acr="test", authenticated_at=moment, last_seen_at=moment)
            )
        with self.client.session_transaction() as session:
            session["sid"] = secret

    @property
    def token(self) -> str:
        return str(self.client.get("/kontekst.json").json["csrf_token"] or "")

    def get(self, address: str, **options: Any) -> TestResponse:
        return self.client.get(address, buffered=True, **options)

    def post(self, address: str, fields: dict[str, Any] | None = None, *, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        return self.client.post(address, data=fields or {}, headers={"X-CSRFToken": self.token, **(headers or {})}, buffered=True, **options)

"""The questionnaire page of 40 questions, in CPU time a request, against a bare Flask and Jinja page of the same bytes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median
from time import process_time

from flask import Flask, render_template_string
from flask.testing import FlaskClient

from portal import create_app
from portal.catalogue import access as catalogue_access
from portal.foundation.config import Settings
from portal.foundation.db import db
from portal.reporting import access as reporting_access
from tests import builders
from tests.visitors import Visitor

REQUIREMENTS = 39  # give 40 questions and evidence demands
REQUESTS = 60
BARE = """<!doctype html><title>Skjema</title><form>
{% for question in questions %}<p><label for="q{{ loop.index }}">{{ question.text }}</label><input id="q{{ loop.index }}" name="q{{ loop.index }}" value="{{ question.value }}"></p>
{% endfor %}</form>"""


def rows() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(mode="test", secret_key="k" * 40, database_url=f"sqlite:///{folder}/bench.db", storage_url=f"folder:{folder}/files", mail_url="list:", instance_dir=Path(folder))
        app = create_app(settings)
        with app.app_context():
            db.create_all()
        visitor, address, asked = _questionnaire(app)
        page = visitor.get(address)
        assert page.status_code == 200
        ours = _cpu(visitor.client, address)
        bare = _cpu(_bare(len(page.data)), "/")
        with app.app_context():
            db.engine.dispose()
    return [f"Questionnaire page of {asked} questions ({len(page.data) / 1000:.0f} kB): {ours * 1000:.1f} ms CPU a request, {ours / bare:.1f} × a bare Flask and Jinja page of the same bytes ({bare * 1000:.2f} ms)"]


def _questionnaire(app: Flask) -> tuple[Visitor, str, int]:
    """An open questionnaire of 40 questions to fill in (its explanations, folded away, come on top)."""
    municipality, supplier = builders.a_municipality(app), builders.a_supplier(app)
    with app.app_context():
        codes = [version.requirement.code for version in catalogue_access.published(municipality.id) if version.pinnable and version.steps]
    agreement_id = builders.a_taxi_agreement(app, municipality, [supplier], codes=tuple(codes[:REQUIREMENTS]))
    questionnaire_id = builders.an_open_round(app, municipality, agreement_id)[supplier.id]
    with app.app_context():
        asked = [a for a in reporting_access.asked_of(reporting_access.questionnaire_for(supplier.signer, questionnaire_id)) if a.kind != "explanation"]
    return Visitor(app, supplier.signer), f"/leverandor/rapporter/{questionnaire_id}", len(asked)


def _bare(size: int) -> FlaskClient:
    app = Flask("bare")
    filler = max(1, (size - 200) // 40 - 90)
    questions = [{"text": "s" * filler, "value": n} for n in range(40)]

    @app.get("/")
    def page() -> str:
        return render_template_string(BARE, questions=questions)

    return app.test_client()


def _cpu(client: FlaskClient, address: str) -> float:
    """Median CPU seconds a request, after some to warm up."""
    for _ in range(5):
        client.get(address)
    times = []
    for _ in range(REQUESTS):
        start = process_time()
        client.get(address)
        times.append(process_time() - start)
    return median(times)

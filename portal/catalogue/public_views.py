"""The open catalogue: anybody may read it, no cookie is set, and a page may be kept by a cache for a few minutes.

`kommune` (an organisation number) says whose, where several municipalities use the portal; links from an agreement carry it.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request, session

from portal.catalogue import access, rules
from portal.catalogue.models import RequirementVersion
from portal.foundation import clock, web
from portal.foundation.errors import NotFound

views = web.public_views("catalogue")

MINUTES_KEPT = 5


@views.get("/krav")
def index() -> Response:
    actor = web.current_actor_or_none()
    kommune = request.args.get("kommune", "")
    buyer = access.public_buyer(actor, orgnr=kommune)
    category, q = request.args.get("kategori", ""), request.args.get("q", "").strip()[:100]
    versions = access.published(buyer.id, category=category, q=q) if buyer else []
    return _open_page(
        "catalogue/index.html",
        buyer=buyer,
        buyers=access.public_buyers(),
        kommune=kommune or None,
        categories=list(rules.Category),
        category=category,
        q=q,
        groups=_by_category(versions),
        count=len(versions),
        today=clock.today(),
        step_on=rules.step_on,
        may_install=bool(actor and actor.is_staff and actor.may(*rules.KEEPERS) and buyer and buyer.id == actor.organisation_id),
        clauses={clause.value: clause.label for clause in rules.Clause},
    )


@views.get("/krav/<code>")
def requirement(code: str) -> Response:
    return _requirement(code, None)


@views.get("/krav/<code>/<int:no>")
def version(code: str, no: int) -> Response:
    return _requirement(code, no)


def _requirement(code: str, no: int | None) -> Response:
    kommune = request.args.get("kommune", "")
    buyer = access.public_buyer(web.current_actor_or_none(), orgnr=kommune)
    if buyer is None:
        raise NotFound()
    shown = access.version_for(buyer.id, code, no)
    versions = access.versions_of(shown.requirement)
    return _open_page(
        "catalogue/requirement.html",
        buyer=buyer,
        kommune=kommune or None,
        version=shown,
        versions=versions,
        newest=versions[0],
        today=clock.today(),
        now=rules.step_on(shown.steps, clock.today()),
        category=rules.Category(shown.requirement.category),
        clause=rules.Clause(shown.clause),
        frequency=rules.Frequency(shown.frequency),
        demands=rules.DEMANDS,
        controlled_by=rules.CONTROLLED_BY,
    )


def _by_category(versions: list[RequirementVersion]) -> list[tuple[rules.Category, list[RequirementVersion]]]:
    found = {version.requirement.category for version in versions}
    return [(category, [v for v in versions if v.requirement.category == category]) for category in rules.Category if category in found]


def _open_page(template: str, **context: Any) -> Response:
    """A page that a cache may keep, unless it is somebody's own or a cookie goes with it (as in the demo's banner)."""
    response = web.page(template, **context)
    if web.current_actor_or_none() is None and not session.modified:
        response.cache_control.public = True
        response.cache_control.max_age = MINUTES_KEPT * 60
        response.vary.add("Cookie")
    return response

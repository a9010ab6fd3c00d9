"""The river: the areas in the order that records may point (each may import the ones before it)."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from flask import Flask, request, url_for

from portal.foundation.actor import Actor
from portal.foundation.i18n import _

AREAS = (
    "journal",
    "identity",
    "catalogue",
    "agreements",
    "evidence",
    "reporting",
    "verification",
    "review",
    "deviations",
    "followup",
    "statistics",
)

VIEWS = ("public_views", "supplier_views", "staff_views")


def import_models() -> None:
    """Import every table, so that metadata is whole (migrations, tests, start)."""
    import portal.foundation.models  # noqa: F401

    for area in AREAS:
        if find_spec(f"portal.{area}.models"):
            import_module(f"portal.{area}.models")


def mount(app: Flask) -> None:
    """Mount the tables, words (`documents.FILTERS`), job handlers and views of every area. Views are leaves: nothing else imports them."""
    from portal.foundation import web
    from portal.identity.access import actor_of_session

    import_models()
    app.extensions["load_actor"] = actor_of_session
    app.extensions["navigation"] = navigation
    for area in AREAS:
        if find_spec(f"portal.{area}.documents"):
            app.jinja_env.filters.update(getattr(import_module(f"portal.{area}.documents"), "FILTERS", {}))
        if find_spec(f"portal.{area}.tasks"):
            import_module(f"portal.{area}.tasks")
        for views in VIEWS:
            if find_spec(f"portal.{area}.{views}"):
                web.mount(app, import_module(f"portal.{area}.{views}").views)


def navigation(actor: Actor) -> list[tuple[str, str, bool]]:
    """The main menu as (label, address, is this page in it), in the order of the river."""
    if actor.is_supplier:
        places = [
            (_("Rapporter"), "supplier.reporting.index"),
            (_("Dokumentasjon"), "supplier.evidence.index"),
            (_("Avvik"), "supplier.deviations.index"),
            (_("Krav"), "public.catalogue.index"),
            (_("Folk"), "supplier.identity.people"),
        ]
    else:
        places = [
            (_("Min dag"), "staff.followup.my_day"),
            (_("Krav"), "public.catalogue.index"),
            (_("Avtaler"), "staff.agreements.index"),
            (_("Kontroll"), "staff.review.queue"),
            (_("Avvik"), "staff.deviations.index"),
            (_("Prioritering"), "staff.followup.priorities"),
            (_("Statistikk"), "staff.statistics.index"),
            *([(_("Folk"), "staff.identity.people")] if actor.may("admin") else []),
        ]
    here = (request.endpoint or "").rsplit(".", 1)[0]
    menu = []
    for label, endpoint in places:
        same_area = endpoint.rsplit(".", 1)[0] == here
        is_current = request.endpoint == endpoint or (same_area and sum(e.startswith(here + ".") for _l, e in places) == 1)
        menu.append((label, url_for(endpoint), is_current))
    return menu

"""The river: the areas in the order that records may point (each may import the ones before it)."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from flask import Flask

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
    """Mount the tables, job handlers and views of every area. Views are leaves: nothing else imports them."""
    from portal.foundation import web

    import_models()
    for area in AREAS:
        if find_spec(f"portal.{area}.tasks"):
            import_module(f"portal.{area}.tasks")
        for views in VIEWS:
            if find_spec(f"portal.{area}.{views}"):
                web.mount(app, import_module(f"portal.{area}.{views}").views)

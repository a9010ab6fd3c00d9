"""What a municipality does with its catalogue: take the standard requirements into use."""

from __future__ import annotations

from flask import Response, flash

from portal.catalogue import service
from portal.foundation import web
from portal.foundation.i18n import _

views = web.staff_views("catalogue")


@views.post("/krav/standardkrav")
def install_standard() -> Response:
    installed = service.install_standard(web.current_actor())
    flash(_("%(count)s standardkrav er lagt inn.", count=len(installed)) if installed else _("Alle standardkravene var lagt inn fra før."), "success")
    return web.see_other("public.catalogue.index")

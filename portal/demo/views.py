"""The demo's own pages: the role chooser, the clock, the reset and the mailbox. Mounted in demo mode only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from flask import Response, current_app, request

from portal.demo import snapshot
from portal.deviations import access as deviation_access
from portal.foundation import clock, mail, web
from portal.foundation.errors import NotFound
from portal.foundation.i18n import _
from portal.identity import access as identity_access
from portal.identity import service as identity
from portal.reporting import access as reporting_access

views = web.public_views("demo")


@dataclass(frozen=True)
class Today:
    """What the banner shows."""

    today: date


def context() -> dict[str, Any]:
    return {"demo": Today(clock.today()), "demo_roles": roles}


@dataclass(frozen=True)
class DemoRole:
    email: str
    name: str
    title: str
    organisation: str
    does: str
    side: str


def roles() -> list[DemoRole]:
    """The people a visitor can be, in the order of the journey, each with what there is to do."""
    return [
        DemoRole("berit@nidvik.example", "Berit Krogstad", _("innkjøpsrådgiver"), "Nidvik kommune", _("Finn et krav i katalogen og fest det til en ny drosjeavtale, med et løfte høyere enn kravet."), "buyer"),
        DemoRole("ingrid@nidvik.example", "Ingrid Solbakk", _("miljøkontrollør"), "Nidvik kommune", _("Åpne rapporteringen for drosjeavtalen, kontroller svarene og følg opp avvik til tallene viser at de er rettet."), "buyer"),
        DemoRole("marit@stodig.example", "Marit Stødig", _("daglig leder"), "Stødig Taxisentral SA", _("Se hva som er spurt, last opp kjøretøyliste og ladelogg, og se hva portalen leser ut av dem."), "supplier"),
        DemoRole("remi@snarvei.example", "Remi Snarvei", _("daglig leder"), "Snarvei Drosje AS", _("Svar på et avvik, og se hva kommunen spør om."), "supplier"),
        DemoRole("olav@kantstein.example", "Olav Kant", _("flåteansvarlig"), "Kantstein Distribusjon AS", _("Se en rapport som venter på kontroll, og dokumentasjonen bak."), "supplier"),
        DemoRole("tone@nidvik.example", "Tone Vikan", _("kontraktsforvalter"), "Nidvik kommune", _("Se avtalene etter prioritet, og avvikene som står åpne."), "buyer"),
        DemoRole("randi@nidvik.example", "Randi Hegge", _("kommunerevisor, kan bare lese"), "Nidvik kommune", _("Les alt som er gjort og bestemt, og hvem som gjorde det."), "buyer"),
    ]


@views.post("/demo/inn")
def sign_in() -> Response:
    """One click in as a person of the story. Goes through identity's one way in."""
    email = request.form.get("email", "")
    if email not in {role.email for role in roles()}:
        raise NotFound()
    membership = identity_access.memberships_of_email(email)[0]
    identity.sign_in(membership, issuer="demo", subject=email, acr="demo")
    return web.see_other("supplier.reporting.index" if membership.organisation.kind == "supplier" else "staff.followup.my_day")


@views.post("/demo/klokke")
def move_clock() -> Response:
    """+1 day · next deadline · next half-year."""
    step, today = request.form.get("step"), clock.today()
    if step == "day":
        target = today + timedelta(days=1)
    elif step == "deadline":
        deadlines = (reporting_access.next_deadline_after(today), deviation_access.next_deadline_after(today))
        target = min((day for day in deadlines if day is not None), default=today + timedelta(days=1))
    else:
        target = date(today.year, 7, 1) if today.month < 7 else date(today.year + 1, 1, 1)
    clock.set_anchor(clock.parse_local(f"{target}T09:00"))
    return _home()


def _home() -> Response:
    actor = web.current_actor_or_none()
    if actor is None:
        return web.see_other("public.identity.start")
    return web.see_other("supplier.reporting.index" if actor.is_supplier else "staff.followup.my_day")


@views.post("/demo/nullstill")
def reset() -> Response:
    snapshot.reset(current_app)
    return web.see_other("public.identity.start")


@views.get("/postkasse")
def mailbox() -> Response:
    """Every mail the portal has sent in the demo, newest first: nothing leaves the machine."""
    mailer = mail.mailer()
    letters = mailer.messages() if isinstance(mailer, mail.MailboxMailer) else []
    told = current_app.extensions["settings"].base_url
    return web.page("demo/mailbox.html", letters=[replace(letter, text=links_here(letter.text, told, request.url_root)) for letter in letters])


def links_here(text: str, told: str, visited: str) -> str:
    """A letter whose links lead to the demo where it is visited: on another port than the settings tell, they led nowhere."""
    return text.replace(told.rstrip("/") + "/", visited.rstrip("/") + "/")

"""Roles, organisation numbers, addresses, and how long a way in lives. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from portal.journal.rules import register_sentences


class Role(StrEnum):
    """What a person may do for her organisation. Duties on one agreement are given in `agreements` (decision 46)."""

    CONTRIBUTOR = "contributor"  # supplier: writes and uploads
    SUBMITTER = "submitter"  # supplier: also sends in and answers for the firm
    CONTROLLER = "controller"  # municipality: controls reports and decides, where assigned
    DEPUTY = "deputy"  # municipality: the same, in the controller's place
    ADVISER = "adviser"  # municipality: agreements and the requirements pinned to them
    CONTRACT_MANAGER = "contract_manager"  # municipality: follows agreements and deviations
    OWNER = "owner"  # municipality: owns agreements, decides on consequences
    READER = "reader"  # municipality: reads cases and figures
    AUDITOR = "auditor"  # municipality: reads everything; every reading is logged
    PRIVACY = "privacy"  # municipality: looks after personal data
    ADMIN = "admin"  # municipality: people and roles


SUPPLIER_ROLES = frozenset({Role.CONTRIBUTOR, Role.SUBMITTER})
BUYER_ROLES = frozenset(Role) - SUPPLIER_ROLES

ROLE_LABELS = {
    Role.CONTRIBUTOR: "Medarbeider (skriver og laster opp)",
    Role.SUBMITTER: "Ansvarlig (sender også inn)",
    Role.CONTROLLER: "Miljøkontrollør",
    Role.DEPUTY: "Stedfortreder for miljøkontrollør",
    Role.ADVISER: "Innkjøpsrådgiver",
    Role.CONTRACT_MANAGER: "Kontraktsforvalter",
    Role.OWNER: "Avtaleeier",
    Role.READER: "Leser",
    Role.AUDITOR: "Revisor",
    Role.PRIVACY: "Personvernombud",
    Role.ADMIN: "Administrator",
}

LINK_LIFE = timedelta(minutes=30)
"""Longer than the window that limits asking for links, so that a stranger's asking never locks anybody out: the links he
caused are in the right person's mailbox and still work."""

ASK_WINDOW = timedelta(minutes=15)
ASKS_PER_EMAIL = 10
ASKS_PER_ADDRESS = 100
WRONG_CODES_PER_LINK = 5
WRONG_CODE_WINDOW = timedelta(hours=1)
WRONG_CODES_PER_EMAIL = 20
"""With five guesses a link and twenty an hour an address, guessing a code takes years on average; the link always works."""

CHOOSE_WITHIN = timedelta(minutes=15)
"""How long after signing in one may still choose another organisation to act for; then one signs in again (AU-2)."""

WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


def roles_for(kind: str) -> frozenset[Role]:
    """The roles that exist in an organisation of this kind (buyer or supplier)."""
    return BUYER_ROLES if kind == "buyer" else SUPPLIER_ROLES


def bare_orgnr(text: str) -> str:
    """The digits of an organisation number as people write it («NO 983 609 155 MVA»)."""
    return re.sub(r"\s|^NO|MVA$", "", text.strip().upper().replace("\u00a0", " "))


def valid_orgnr(text: str) -> bool:
    """Nine digits whose last is the MOD 11 check digit of the first eight (Brønnøysundregistrene's rule)."""
    if not re.fullmatch(r"[0-9]{9}", text):
        return False
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(WEIGHTS, text, strict=False)) % 11
    return rest != 10 and rest % 11 == int(text[8])


def normal_email(text: str) -> str:
    """The address as it is kept and compared: trimmed, lower case. Empty when it cannot be an address."""
    address = text.strip().lower()
    return address if len(address) <= 254 and re.fullmatch(r"[^\s@<>,;:\"()\[\]\\]+@[^\s@<>,;:\"()\[\]\\]+\.[^\s@<>,;:\"()\[\]\\.]{2,}", address) else ""


def is_active(starts_on: date | None, ends_on: date | None, day: date) -> bool:
    """Whether a membership holds on `day`: both dates included, an absent one is open."""
    return (starts_on is None or starts_on <= day) and (ends_on is None or day <= ends_on)


def unknown_roles(kind: str, roles: Iterable[str]) -> list[str]:
    """The roles that an organisation of this kind does not have."""
    known = {role.value for role in roles_for(kind)}
    return sorted(set(map(str, roles)) - known)


register_sentences(
    {
        "organisation.created": "{who} registrerte {name}",
        "person.created": "{who} registrerte en person",
        "person.disabled": "{who} stengte tilgangen for en person",
        "membership.added": "{who} ga {person} tilgang som {roles}",
        "membership.changed": "{who} endret tilgangen til {person}: {roles}",
        "membership.ended": "{who} avsluttet tilgangen til {person}",
        "session.started": "{who} logget inn",
    }
)

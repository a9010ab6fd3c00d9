"""What changes identity: who exists and acts for whom (`people`), and the ways in (`sign_in`)."""

from portal.identity.service.people import (
    add_membership,
    admit_contact,
    change_roles,
    create_organisation,
    create_person,
    disable_person,
    end_membership,
    first_administrator,
    invite,
)
from portal.identity.service.sign_in import (
    WayIn,
    act_for,
    consume_code,
    consume_link,
    link_state,
    make_link,
    request_link,
    send_link,
    sign_in,
    sign_out,
    token_of,
)

__all__ = [
    "WayIn",
    "act_for",
    "add_membership",
    "admit_contact",
    "change_roles",
    "consume_code",
    "consume_link",
    "create_organisation",
    "create_person",
    "disable_person",
    "end_membership",
    "first_administrator",
    "invite",
    "link_state",
    "make_link",
    "request_link",
    "send_link",
    "sign_in",
    "sign_out",
    "token_of",
]

"""The errors a person can meet. Each message is bokmål, says what is wrong and what to do."""

from __future__ import annotations


class PortalError(Exception):
    """A refusal that a person will read. `message` is shown as it is; `status` is the HTTP status."""

    status = 400

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(PortalError):
    """The object does not exist, or is not this actor's to see: the two are never told apart."""

    status = 404


class NotAllowed(PortalError):
    """The actor may see the object, but may not do this to it."""

    status = 403


class WrongState(PortalError):
    """The object is not in a state where this can be done (already submitted, already decided …)."""

    status = 409


class Conflict(PortalError):
    """Somebody else changed the same thing first. `theirs` and `yours` hold both texts; neither is lost."""

    status = 409

    def __init__(self, message: str, *, theirs: str | None = None, yours: str | None = None, link: str | None = None) -> None:
        super().__init__(message)
        self.theirs = theirs
        self.yours = yours
        self.link = link


class Invalid(PortalError):
    """What was typed cannot be stored. `errors` maps a field name to its message; nothing was changed."""

    status = 422

    def __init__(self, errors: dict[str, str], message: str = "") -> None:
        super().__init__(message or "; ".join(errors.values()))
        self.errors = errors

"""The kinds of evidence that are read as tables. A new kind is a new declaration here; no other code knows its name."""

from portal.evidence.kinds.charging_sessions import CHARGING_SESSIONS
from portal.evidence.kinds.declaration import Column, Kind, Reads
from portal.evidence.kinds.vehicle_list import VEHICLE_LIST

KINDS: dict[str, Kind] = {kind.code: kind for kind in (VEHICLE_LIST, CHARGING_SESSIONS)}

__all__ = ["KINDS", "Column", "Kind", "Reads"]

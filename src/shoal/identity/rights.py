"""Who may do what in the admin API: one table for reading, one for changing. It knows no endpoint and no store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from shoal.errors import NotFound, PermissionDenied
from shoal.identity.keys import SCOPES, Key, Role

# Every part of the admin API that a key may be limited to.
AREAS = ("keys", "teams", "users", "organisations", "limits", "events", "audit")


class Reach(Enum):
    """How far a right goes: nowhere, what is one's own, the own team's, the whole organisation's."""

    NONE = 0
    OWN = 1
    TEAM = 2
    TENANT = 3


# By area: admin, lead, member, auditor.
READ = {
    "keys": (Reach.TENANT, Reach.TEAM, Reach.OWN, Reach.NONE),
    "users": (Reach.TENANT, Reach.TEAM, Reach.OWN, Reach.TENANT),
    "teams": (Reach.TENANT, Reach.TEAM, Reach.TEAM, Reach.TENANT),
    "organisations": (Reach.TENANT, Reach.TENANT, Reach.TENANT, Reach.TENANT),
    "limits": (Reach.TENANT, Reach.TEAM, Reach.NONE, Reach.TENANT),
    "events": (Reach.TENANT, Reach.NONE, Reach.NONE, Reach.TENANT),
    "audit": (Reach.TENANT, Reach.NONE, Reach.NONE, Reach.TENANT),
}
CHANGE = {
    "keys": (Reach.TENANT, Reach.TEAM, Reach.NONE, Reach.NONE),
    "users": (Reach.TENANT, Reach.TEAM, Reach.NONE, Reach.NONE),
    "teams": (Reach.TENANT, Reach.NONE, Reach.NONE, Reach.NONE),
    "organisations": (Reach.TENANT, Reach.NONE, Reach.NONE, Reach.NONE),
    "limits": (Reach.TENANT, Reach.NONE, Reach.NONE, Reach.NONE),
}
COLUMNS = {Role.ADMIN: 0, Role.LEAD: 1, Role.MEMBER: 2, Role.AUDITOR: 3}


@dataclass(frozen=True, slots=True)
class Thing:
    """What is asked for: whose it is, and for keys and users the role that it has."""

    tenant: str
    team: str | None = None
    user: str | None = None
    key: str | None = None
    role: Role | None = None


def reach(actor: Key, area: str, *, change: bool = False) -> Reach:
    """How far the actor's right goes. Raises PermissionDenied where it goes nowhere."""
    actor.admit_area(area)
    found = (CHANGE if change else READ).get(area, (Reach.NONE,) * 4)[COLUMNS[actor.role]]
    # A lead of no team leads nobody: what belongs to no team is not theirs.
    if found is Reach.TEAM and actor.team is None:
        found = Reach.NONE if change else Reach.OWN
    if found is Reach.NONE:
        verb = "change" if change else "read"
        raise PermissionDenied(f"a key of the role '{actor.role}' may not {verb} {area}: ask an admin")
    return found


def sees(actor: Key, area: str, thing: Thing) -> bool:
    """Whether the actor may read the thing. Raises PermissionDenied where nothing of its kind."""
    return _within(actor, reach(actor, area), thing)


def admit_read(actor: Key, area: str, thing: Thing | None) -> None:
    """Raises NotFound where the thing is not there or not for the actor to see, PermissionDenied."""
    reach(actor, area)
    if thing is None or not sees(actor, area, thing):
        raise NotFound(f"there is no such thing among the {area} that you may see: check the id")


def admit_change(actor: Key, area: str, thing: Thing | None) -> None:
    """Raises PermissionDenied where the actor may see the thing but not change it, NotFound where not even that."""
    found = reach(actor, area, change=True)
    if thing is None or not sees(actor, area, thing):
        raise NotFound(f"there is no such thing among the {area} that you may see: check the id")
    if not _within(actor, found, thing):
        raise PermissionDenied(f"this is not among the {area} that you may change: ask an admin")
    # Who may change what has more rights than they have would soon have those rights too.
    if found is Reach.TEAM and thing.role not in (None, Role.MEMBER):
        raise PermissionDenied(f"a team lead changes {area} of members alone: ask an admin")


def admit_scopes(actor: Key, wanted: dict[str, tuple[str, ...] | None]) -> None:
    """Raises PermissionDenied where a key with the scopes `wanted` could do what the actor cannot."""
    for name in SCOPES:
        own, asked = getattr(actor, name), wanted[name]
        if own is not None and (asked is None or not set(asked) <= set(own)):
            raise PermissionDenied(
                f"your own key is limited in its {name}: name some of those ({', '.join(own)[:200] or 'none'})",
                param=name,
            )


def _within(actor: Key, found: Reach, thing: Thing) -> bool:
    if thing.tenant != actor.tenant:
        return False
    if found is Reach.TENANT:
        return True
    if found is Reach.TEAM and actor.team is not None and thing.team == actor.team:
        return True
    mine = actor.user is not None and thing.user == actor.user
    return found is not Reach.NONE and (mine or (thing.key is not None and thing.key == actor.id))

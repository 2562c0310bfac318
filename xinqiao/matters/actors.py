"""Who takes a step: an officer, the citizen, or the system. Always an argument (`by=`), never fetched from a thread."""

from dataclasses import dataclass

from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Role


@dataclass(frozen=True)
class Citizen:
    """A petitioner who proved a right to one matter (number and query code), or an account with its matters."""

    matter_id: int | None = None
    account_id: int | None = None
    role_set = frozenset({Role.CITIZEN})
    organisation = None


@dataclass(frozen=True)
class System:
    """The platform itself: sweeps, reactions, imports. `name` says which part of it acted."""

    name: str = "system"
    role_set = frozenset({Role.SYSTEM})
    organisation = None


SYSTEM = System()
Actor = Officer | Citizen | System


def actor_kind(actor: Actor) -> str:
    """`officer`, `citizen` or `system`, as stored with each event."""
    return {Citizen: "citizen", System: "system"}.get(type(actor), "officer")

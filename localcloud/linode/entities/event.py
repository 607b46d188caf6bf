"""What happened to an account, as people and orchestrators follow it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

EventStatus: TypeAlias = Literal["scheduled", "started", "finished", "failed", "notification"]


@dataclass(frozen=True, kw_only=True)
class Entity:
    """What an event, a firewall or an address is about; ``type`` is linode, domain, volume..."""

    id: int | str
    label: str
    type: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that was done, or is under way. ``percent_complete`` counts to 100."""

    id: int
    action: str
    created: str
    entity: Entity
    username: str
    status: EventStatus = "notification"
    message: str = ""
    percent_complete: int = 100
    seen: bool = False
    read: bool = False
    rate: str | None = None
    duration: float | None = None
    time_remaining: str | None = None
    secondary_entity: Entity | None = None
    details: None = None

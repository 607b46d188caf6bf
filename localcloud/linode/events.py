"""Writes down what happens to an account."""

from dataclasses import replace

from localcloud.linode.account import OWNER, Account
from localcloud.linode.entities.event import Entity, Event, EventStatus

KEPT = 5000


def note(
    account: Account,
    action: str,
    entity: Entity,
    status: EventStatus = "notification",
    secondary: Entity | None = None,
) -> Event:
    """Write an event; one of something under way starts at 0 percent. A disk is ``secondary`` to its instance."""
    event = Event(
        id=account.new_id(),
        action=action,
        created=account.now(),
        entity=entity,
        secondary_entity=secondary,
        username=OWNER,
        status=status,
        percent_complete=100 if status == "notification" else 0,
    )
    account.events.put(event.id, event)
    if len(account.events) > KEPT:
        account.events.remove(next(iter(account.events)).id)
    return event


def conclude(account: Account, event: Event, status: EventStatus, seconds: float, message: str = "") -> None:
    """Write how what was under way ended, and after how many seconds."""
    account.events.put(event.id, replace(event, status=status, percent_complete=100, duration=seconds, message=message))

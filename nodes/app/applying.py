"""An event's effect, exactly once: its key is written in the same SQL transaction."""

from collections.abc import Collection

from nodes.app import orders
from nodes.app.database import AlreadyThere, Transaction, Writing
from nodes.app.events import Event, order_state

KEPT_TIMES = 2  # longer than done events are, so that none of those is ever taken for a new one


def apply(database: Writing, event: Event, now_ms: int) -> bool:
    """Carry out an event; False if it was before.

    Raises:
        Unusable: it never can be.
        NotServing: not now. If the answer to a commit was lost it may have been; doing it again finds that out.
        AlreadyThere: another event created the same order at the same moment; do it again.
    """
    state = order_state(event)
    try:
        with database.writing() as transaction:
            transaction.change("INSERT INTO applied_events VALUES (%s, %s)", event.key, now_ms)
            orders.tell(transaction, state)
    except AlreadyThere:
        if not was_applied(database, event):
            raise
        return False
    return True


def was_applied(database: Writing, event: Event) -> bool:
    """Say whether the writer's database has this event's effect."""
    with database.writing() as transaction:
        return bool(applied_of(transaction, [event.key]))


def applied_of(transaction: Transaction, keys: Collection[str]) -> set[str]:
    """Return those of some events, at least one, that were applied."""
    marks = ", ".join(["%s"] * len(keys))
    rows = transaction.rows(f"SELECT event_key FROM applied_events WHERE event_key IN ({marks})", *keys)  # noqa: S608
    return {str(key) for (key,) in rows}


def forget(database: Writing, now_ms: int, retention_days: int) -> int:
    """Remove the keys of events that nobody can deliver or replay any more; return how many."""
    oldest = now_ms - KEPT_TIMES * (retention_days + 1) * 24 * 3_600_000
    with database.writing() as transaction:
        return transaction.change("DELETE FROM applied_events WHERE applied_at_ms < %s", oldest)

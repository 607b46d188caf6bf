"""What keeps things from being deleted."""

from dataclasses import dataclass

WHOLE = "cannot_delete_with_subresources"


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock of one thing, or of it and all that belongs to it; ``entity_type`` is linode, nodebalancer or volume."""

    id: int
    entity_id: int
    entity_type: str
    lock_type: str

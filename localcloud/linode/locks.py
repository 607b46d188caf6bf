"""Locks, which keep people and programs from deleting things by mistake.

https://techdocs.akamai.com/linode-api/reference/create-a-resource-lock-for-a-linode
"""

from localcloud.linode.account import Account
from localcloud.linode.entities.lock import WHOLE
from localcloud.linode.refusals import invalid


def locks_of(account: Account, kind: str, entity_id: int) -> list[str]:
    """Give the types of the locks of something."""
    found = account.locks.where(lambda each: (each.entity_type, each.entity_id) == (kind, entity_id))
    return [each.lock_type for each in found]


def check_unlocked(account: Account, kind: str, entity_id: int) -> None:
    """Refuse to delete or rebuild what is locked.

    Raises:
        Refused: it is (400).
    """
    if locks_of(account, kind, entity_id):
        raise invalid(f"The {kind} is locked and cannot be deleted or rebuilt")


def check_parts_unlocked(account: Account, linode_id: int) -> None:
    """Refuse to delete what belongs to an instance that is locked as a whole.

    Raises:
        Refused: it is (400).
    """
    if WHOLE in locks_of(account, "linode", linode_id):
        raise invalid("The linode is locked with everything that belongs to it")

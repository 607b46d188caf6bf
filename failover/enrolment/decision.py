"""The whole policy of who becomes a node and who gets a session: values in, a value out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from failover.enrolment.instance import Instance
from failover.enrolment.messages import SessionRequest
from failover.enrolment.node import Enrolled, Node, Row, generation_due
from failover.enrolment.place import Place, WrongTags, place_of
from failover.enrolment.public_key import PublicKey
from failover.enrolment.session_text import session_text

YOUNG: Final = timedelta(minutes=15)
# Linode's clock and AWS's are two: so far Linode's may be ahead.
AHEAD: Final = timedelta(minutes=2)


class Reason(StrEnum):
    """Why a machine is refused; for logs and people, never for whoever asked."""

    NO_INSTANCE = "Linode has no such instance"
    WRONG_TAGS = "the instance is not tagged as this stack's"
    FOREIGN_ADDRESS = "the request came from an address that is not the instance's own"
    TOO_OLD = "the instance is too old, and no person approved it"
    FROM_THE_FUTURE = "the instance was created later than AWS's time"
    OTHER_KEY = "this generation is another key's"
    WRONG_GENERATION = "another generation is due"
    NOT_APPROVED = "no person approved this re-enrolment, or too long ago"
    NOT_ENROLLED = "no such node is enrolled"
    BAD_SIGNATURE = "the request is not signed by the node's key"
    REPLAYED = "the counter was used before"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """``due`` is the generation that the machine may enrol as once a person approves it; None for strangers."""

    reason: Reason
    due: int | None = None


@dataclass(frozen=True, kw_only=True)
class Applicant:
    """Who asks to become a node; ``source`` is the address of the connection."""

    id: int
    generation: int
    key: PublicKey
    source: str


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Nothing speaks against the applicant yet: ask Linode about the instance."""


def before_asking(applicant: Applicant, row: Row | None) -> Node | Refusal | Ask:
    """Judge by the row alone: the holder of the enrolled key gets his answer again, a used generation is refused."""
    due = generation_due(row)
    if applicant.generation == due:
        return Ask()
    if not isinstance(row, Node):
        return Refusal(reason=Reason.WRONG_GENERATION)
    if applicant.source not in row.enrolled.addresses:
        return Refusal(reason=Reason.FOREIGN_ADDRESS)
    if applicant.generation > due:
        return Refusal(reason=Reason.WRONG_GENERATION, due=due)
    if applicant.key == row.enrolled.key:
        return row
    return Refusal(reason=Reason.OTHER_KEY, due=due)


def judge_enrolment(
    applicant: Applicant, row: Row | None, instance: Instance | None, stack: str, now: datetime
) -> Node | Refusal:
    """Admit a machine under the generation that is due, or say why not; ``now`` is AWS time.

    The first enrolment needs a young instance, or a person's approval; each later one needs the approval.
    """
    if instance is None:
        return Refusal(reason=Reason.NO_INSTANCE)
    try:
        place = place_of(instance.tags, stack)
    except WrongTags:
        return Refusal(reason=Reason.WRONG_TAGS)
    if applicant.source not in instance.addresses:
        return Refusal(reason=Reason.FOREIGN_ADDRESS)
    reason = None if _approved(applicant, row, now) else _unapproved(row, instance, now)
    if reason:
        return Refusal(reason=reason, due=applicant.generation)
    return _admitted(applicant, place, instance, now)


def judge_session(request: SessionRequest, row: Row | None, source: str, stack: str) -> Node | Refusal:
    """Say whose session it is. The counter is judged here and, against two at once, by the write that raises it."""
    if not isinstance(row, Node) or request.generation != row.generation:
        return Refusal(reason=Reason.NOT_ENROLLED)
    if source not in row.enrolled.addresses:
        return Refusal(reason=Reason.FOREIGN_ADDRESS)
    text = session_text(
        stack=stack,
        node=request.node,
        generation=request.generation,
        counter=request.counter,
        roots=request.roots,
    )
    if not row.enrolled.key.signed(request.signature, text):
        return Refusal(reason=Reason.BAD_SIGNATURE)
    return row if request.counter > row.counter else Refusal(reason=Reason.REPLAYED)


def _approved(applicant: Applicant, row: Row | None, now: datetime) -> bool:
    approval = row.approval if row else None
    return approval is not None and approval.generation == applicant.generation and now < approval.until


def _unapproved(row: Row | None, instance: Instance, now: datetime) -> Reason | None:
    if isinstance(row, Node):
        return Reason.NOT_APPROVED
    age = now - instance.created
    if age < -AHEAD:
        return Reason.FROM_THE_FUTURE
    return None if age < YOUNG else Reason.TOO_OLD


def _admitted(applicant: Applicant, place: Place, instance: Instance, now: datetime) -> Node:
    enrolled = Enrolled(key=applicant.key, place=place, addresses=instance.addresses, at=now)
    return Node(id=applicant.id, generation=applicant.generation, enrolled=enrolled)

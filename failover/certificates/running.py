"""One run from its turn to its outcome, which the row keeps for whoever looks next."""

from contextlib import suppress
from typing import Final

from failover.certificates.account import NotKept
from failover.certificates.problem import AcmeRefused, AcmeUnavailable
from failover.certificates.proofs import ProofFailed
from failover.certificates.renewing import Renewing, Report, WrongCertificate
from failover.certificates.turn import OutOfTime, Turn, TurnLost
from failover.failures import AWS_ERRORS, code_of

EXPECTED: Final = (
    AcmeRefused,
    AcmeUnavailable,
    NotKept,
    OutOfTime,
    ProofFailed,
    TurnLost,
    ValueError,
    WrongCertificate,
    *AWS_ERRORS,
)
MOST_SAID: Final = 400


class NotRenewed(Exception):
    """There is no new certificate, and why; the one that is there stays."""


class NotEverywhere(Exception):
    """Some regions do not have the certificate; the next run tries them again."""


def run(renewing: Renewing, turn: Turn, *, forced: bool) -> Report:
    """Take the turn, work, give the turn back.

    Raises:
        Busy: another region is at work.
        NotRenewed, NotEverywhere: as the row tells it, too.
    """
    turn.take()
    try:
        report = renewing.run(forced=forced)
    except EXPECTED as error:
        outcome = _told(error)
        with suppress(TurnLost):
            turn.end(f"failed: {outcome}", turn.time.now())
        raise NotRenewed(outcome) from error
    behind = ", ".join(f"{region} ({why})" for region, why in sorted(report.behind.items()))
    outcome = f"{'renewed' if report.renewed else 'kept'}: {report.reason}"
    turn.end(f"{outcome}; not in {behind}" if behind else outcome, turn.time.now())
    if behind:
        raise NotEverywhere(f"{outcome}; not in {behind}")
    return report


def _told(error: Exception) -> str:
    kind = code_of(error) if isinstance(error, AWS_ERRORS) else type(error).__name__
    return f"{kind}: {error}"[:MOST_SAID]

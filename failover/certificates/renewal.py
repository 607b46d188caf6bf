"""Whether a certificate must be renewed, decided from what is known of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from failover.certificates.facts import CertificateFacts

# As issuers recommend it: https://letsencrypt.org/docs/integration-guide/#when-to-renew
SHARE_LEFT: Final = 1 / 3
INTERNAL: Final = "internal"


def acme_issuer(directory: str) -> str:
    """Return what the certificates of an ACME server are told by: each server's are another issuer's."""
    return f"acme {directory}"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the certificate must be for, and whose."""

    names: tuple[str, ...]
    issuer: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether to renew, and why or why not."""

    renew: bool
    reason: str


def judge(wanted: Wanted, facts: CertificateFacts | None, issuer: str, now: datetime, *, forced: bool) -> Verdict:
    """Say whether to renew; ``facts`` and ``issuer`` are those of the certificate that is there, if any."""
    if facts is None:
        return Verdict(renew=True, reason="there is no certificate yet")
    if set(facts.names) != set(wanted.names):
        return Verdict(renew=True, reason=f"it is for {', '.join(facts.names)}")
    if issuer != wanted.issuer:
        return Verdict(renew=True, reason=f"it is from {issuer}")
    days, share = facts.days_left(now), facts.share_left(now)
    if share <= SHARE_LEFT:
        return Verdict(renew=True, reason=f"{days:.1f} days are left, no more than a third of its life")
    if forced:
        return Verdict(renew=True, reason="somebody wants a new one")
    return Verdict(renew=False, reason=f"{days:.1f} days are left, more than a third of its life")

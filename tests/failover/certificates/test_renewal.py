"""When a certificate is renewed, row by row."""

from datetime import UTC, datetime, timedelta

import pytest

from failover.certificates.facts import CertificateFacts
from failover.certificates.renewal import Wanted, acme_issuer, judge

NOW = datetime(2026, 6, 1, tzinfo=UTC)
NAMES = ("shop.example.com", "primary.shop.example.com")
OURS, OTHERS = acme_issuer("https://acme.example.com/directory"), acme_issuer("https://staging.example.com/directory")


def facts(left: float, life: float = 90, names: tuple[str, ...] = NAMES) -> CertificateFacts:
    ends = NOW + timedelta(days=left)
    return CertificateFacts(names=names, begins_at=ends - timedelta(days=life), ends_at=ends, serial="1")


@pytest.mark.parametrize(
    ("there", "issuer", "forced", "renew", "reason"),
    [
        (None, "", False, True, "there is no certificate yet"),
        (facts(89), OURS, False, False, "89.0 days are left, more than a third of its life"),
        (facts(30.01), OURS, False, False, "30.0 days are left, more than a third of its life"),
        (facts(30), OURS, False, True, "30.0 days are left, no more than a third of its life"),
        (facts(-3), OURS, False, True, "-3.0 days are left, no more than a third of its life"),
        (facts(3, life=6), OURS, False, False, "3.0 days are left, more than a third of its life"),
        (facts(2, life=6), OURS, False, True, "2.0 days are left, no more than a third of its life"),
        (facts(89, names=NAMES[::-1]), OURS, False, False, "89.0 days are left, more than a third of its life"),
        (facts(89, names=NAMES[:1]), OURS, False, True, "it is for shop.example.com"),
        (facts(89, names=(*NAMES, "old.example.com")), OURS, False, True, "old.example.com"),
        (facts(89), OTHERS, False, True, "it is from acme https://staging.example.com/directory"),
        (facts(89), "internal", False, True, "it is from internal"),
        (facts(89), OURS, True, True, "somebody wants a new one"),
    ],
)
def test_it_is_renewed_when_it_must_be(
    there: CertificateFacts | None, issuer: str, forced: bool, renew: bool, reason: str
) -> None:
    verdict = judge(Wanted(names=NAMES, issuer=OURS), there, issuer, NOW, forced=forced)
    assert verdict.renew is renew
    assert reason in verdict.reason

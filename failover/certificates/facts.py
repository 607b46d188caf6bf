"""What a chain says: for which names, how long, for which key."""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import pem, x509

from failover.certificates.keys import PrivateKey
from failover.certificates.value import CertificateValue


class UnreadableChain(Exception):
    """A text that should be certificates is not, or they are not for its key."""


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """The leaf's; times are aware UTC."""

    names: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    serial: str

    def days_left(self, now: datetime) -> float:
        """Return the days until it is over; negative once it is."""
        return (self.ends_at - now).total_seconds() / 86_400

    def share_left(self, now: datetime) -> float:
        """Return what is left of its life, 1 when it begins and 0 when it ends."""
        return (self.ends_at - now) / (self.ends_at - self.begins_at)


def facts_of(value: CertificateValue) -> CertificateFacts:
    """Read the chain's leaf and see that the key is its own.

    Raises:
        UnreadableChain: it cannot be read, or is another key's.
    """
    try:
        leaf = _leaf(value.chain)
        validity = leaf["tbs_certificate"]["validity"]
        same = leaf.public_key.dump() == PrivateKey.from_pem(value.key).public_info().dump()
        facts = CertificateFacts(
            names=tuple(sorted(leaf.valid_domains)),
            begins_at=validity["not_before"].native,
            ends_at=validity["not_after"].native,
            serial=f"{leaf.serial_number:x}",
        )
    except (ValueError, TypeError, KeyError) as error:
        # A text of the library's own may quote what it read.
        raise UnreadableChain(f"no certificate can be read: {type(error).__name__}") from None
    if not same:
        raise UnreadableChain("the certificate is not for the key beside it")
    return facts


def _leaf(chain: str) -> x509.Certificate:
    name, _headers, content = next(iter(pem.unarmor(chain.encode("ascii"), multiple=True)))
    if name != "CERTIFICATE":
        raise ValueError(name)
    return x509.Certificate.load(content)

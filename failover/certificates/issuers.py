"""Who gives certificates: an ACME server, or for tests an authority of the moment."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from failover.certificates.account import Account
from failover.certificates.acme import AcmeClient
from failover.certificates.exchange import Exchange
from failover.certificates.jws import AccountKey
from failover.certificates.keys import PrivateKey
from failover.certificates.ordering import Ordering
from failover.certificates.proofs import Pause, ProofRecords
from failover.certificates.renewal import INTERNAL, acme_issuer
from failover.certificates.request import signing_request
from failover.certificates.throwaway_authority import issued
from failover.certificates.value import CertificateValue


class Issuer(Protocol):
    """``name`` is told with each certificate, so that another issuer's is not kept."""

    @property
    def name(self) -> str: ...

    def issue(self, names: tuple[str, ...], pause: Pause) -> CertificateValue: ...


@dataclass(frozen=True, kw_only=True)
class AcmeIssuer:
    """``directory`` is the server's address, ``contact`` whom it may write to."""

    directory: str
    contact: str
    account: Account
    exchange: Exchange
    records: ProofRecords

    @property
    def name(self) -> str:
        """The server."""
        return acme_issuer(self.directory)

    def issue(self, names: tuple[str, ...], pause: Pause) -> CertificateValue:
        """Order a certificate for a new key.

        Raises:
            AcmeRefused, AcmeUnavailable, ProofFailed, NotKept: as the order went.
        """
        client = AcmeClient(self.directory, AccountKey(self.account.key()), self.exchange, pause)
        client.register(self.contact)
        key = PrivateKey.generate()
        chain = Ordering(client=client, records=self.records, pause=pause).certificate(
            names, signing_request(key, names)
        )
        return CertificateValue(chain=chain, key=key.pem(), issuer=self.name)


@dataclass(frozen=True, kw_only=True)
class InternalIssuer:
    """For the embedded cloud alone; ``now`` gives AWS's time."""

    now: Callable[[], datetime]

    @property
    def name(self) -> str:
        """What its certificates are told by."""
        return INTERNAL

    def issue(self, names: tuple[str, ...], pause: Pause) -> CertificateValue:
        """Make a certificate at once, its root beside it."""
        pause(0)
        key = PrivateKey.generate()
        chain, root = issued(key, names, self.now())
        return CertificateValue(chain=chain, key=key.pem(), issuer=INTERNAL, root=root)

"""Makes what a run works with: clients, the turn, the issuer that the settings name."""

import uuid
from dataclasses import dataclass

from failover.aws_clients import client
from failover.certificates.account import Account
from failover.certificates.exchange import HttpsExchange
from failover.certificates.issuers import AcmeIssuer, InternalIssuer, Issuer
from failover.certificates.linode_proofs import LinodeProofs
from failover.certificates.looking import Look, look
from failover.certificates.proofs import ProofRecords
from failover.certificates.regional_secret import RegionalSecret
from failover.certificates.renewal import Wanted
from failover.certificates.renewing import Renewing
from failover.certificates.route53_proofs import Route53Proofs
from failover.certificates.turn import Place, Turn
from failover.clock import SystemClock
from failover.fan_out import ThreadFanOut
from lambdas.certificate.settings import Settings

CONNECT_SECONDS = 2.0
READ_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Tools:
    """One process's; a run's turn is its own."""

    settings: Settings

    def turn(self) -> Turn:
        """Return this run's turn, not taken yet."""
        settings = self.settings
        owner = f"{settings.region}/{uuid.uuid4().hex[:8]}"
        place = Place(table=settings.control_table, name=settings.names[0], owner=owner)
        return Turn(place, client("dynamodb", settings.region), SystemClock(), settings.run_seconds)

    def renewing(self, turn: Turn) -> Renewing:
        """Return the run."""
        secret = self._secret(self.settings.secret)
        return Renewing(names=self.settings.names, issuer=self._issuer(turn), secret=secret, turn=turn)

    def look(self, turn: Turn) -> Look:
        """See how the certificate stands."""
        wanted = Wanted(names=self.settings.names, issuer=self.settings.issuer)
        return look(self._secret(self.settings.secret), turn, wanted)

    def _secret(self, name: str) -> RegionalSecret:
        """Return a secret in all control regions."""
        clients = {
            region: client("secretsmanager", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
            for region in self.settings.control_regions
        }
        return RegionalSecret(name, clients, ThreadFanOut())

    def _issuer(self, turn: Turn) -> Issuer:
        settings = self.settings
        if settings.internal:
            return InternalIssuer(now=turn.time.now)
        return AcmeIssuer(
            directory=settings.directory,
            contact=settings.contact,
            account=Account(self._secret(settings.account_secret)),
            exchange=HttpsExchange(),
            records=self._records(),
        )

    def _records(self) -> ProofRecords:
        settings = self.settings
        if settings.zone_id:
            route53 = client("route53", settings.region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
            return Route53Proofs(route53, settings.zone_id)
        secrets = client("secretsmanager", settings.region, read_seconds=READ_SECONDS)
        token = secrets.get_secret_value(SecretId=settings.linode_secret)["SecretString"].strip()
        return LinodeProofs(HttpsExchange(), token, settings.zone)

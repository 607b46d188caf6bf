"""Three control regions and a zone in this process, a clock that is faster than the world, and whoever works there."""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import EndpointConnectionError

from failover.aws_clients import client
from failover.certificates.account import Account
from failover.certificates.exchange import Exchange
from failover.certificates.issuers import AcmeIssuer, InternalIssuer, Issuer
from failover.certificates.proofs import ProofRecords
from failover.certificates.regional_secret import RegionalSecret
from failover.certificates.renewing import Renewing, Report
from failover.certificates.route53_proofs import Route53Proofs
from failover.certificates.running import run
from failover.certificates.turn import Place, Turn
from failover.certificates.value import CertificateValue
from failover.fan_out import ThreadFanOut

REGIONS = ("us-east-1", "us-east-2", "us-west-2")
TABLE, SECRET, ACCOUNT = "lifeboat-test-control", "lifeboat/test/site-certificate", "lifeboat/test/acme-account"
ZONE = "example.com"
NAMES = ("shop.example.com", "primary.shop.example.com", "secondary.shop.example.com")
FASTER = 20.0
RUN_SECONDS = 240.0


class FastClock:
    """A second of it is a twentieth of one."""

    def monotonic(self) -> float:
        return time.monotonic() * FASTER

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds) / FASTER)


@dataclass(kw_only=True)
class Ground:
    """What every region sees; ``dark`` regions' secrets do not answer."""

    zone_id: str
    dark: set[str] = field(default_factory=set)

    @classmethod
    def made(cls) -> "Ground":
        """Declare what Pulumi would."""
        for region in REGIONS:
            secrets = boto3.client("secretsmanager", region)
            for name in (SECRET, ACCOUNT):
                secrets.create_secret(Name=name)
        names = ("pk", "sk")
        boto3.client("dynamodb", REGIONS[0]).create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        zone = boto3.client("route53", "us-east-1").create_hosted_zone(Name=ZONE, CallerReference=str(uuid.uuid4()))
        return cls(zone_id=str(zone["HostedZone"]["Id"]).rpartition("/")[2])

    def secret(self, name: str = SECRET) -> RegionalSecret:
        """Return a secret as a run sees it."""
        clients = {region: _Door(self, region, client("secretsmanager", region)) for region in REGIONS}
        return RegionalSecret(name, clients, ThreadFanOut())  # type: ignore[arg-type] # it stands before the client

    def turn(self, region: str = "us-east-1", seconds: float = RUN_SECONDS) -> Turn:
        """Return a turn of a region; all of them write the one table that there is here."""
        owner = f"{region}/{uuid.uuid4().hex[:8]}"
        place = Place(table=TABLE, name=NAMES[0], owner=owner)
        return Turn(place, client("dynamodb", REGIONS[0], read_seconds=5), FastClock(), seconds)

    def proofs(self) -> Route53Proofs:
        """Return the zone."""
        return Route53Proofs(client("route53", "us-east-1", read_seconds=5), self.zone_id)

    def acme(self, directory: str, exchange: Exchange, records: ProofRecords | None = None) -> AcmeIssuer:
        """Return an issuer at a server."""
        return AcmeIssuer(
            directory=directory,
            contact="ops@example.com",
            account=Account(self.secret(ACCOUNT)),
            exchange=exchange,
            records=records or self.proofs(),
        )

    def run(
        self,
        issuer: Issuer | None = None,
        *,
        names: tuple[str, ...] = NAMES,
        forced: bool = False,
        turn: Turn | None = None,
    ) -> Report:
        """Have a region work once."""
        mine = turn or self.turn()
        internal = InternalIssuer(now=mine.time.now)
        renewing = Renewing(names=names, issuer=issuer or internal, secret=self.secret(), turn=mine)
        return run(renewing, mine, forced=forced)

    def values(self) -> dict[str, CertificateValue]:
        """Return what each region holds."""
        return {region: CertificateValue.from_json(one.text) for region, one in self.secret().read().versions.items()}

    def row(self) -> Mapping[str, Any]:
        """Return the turn's row."""
        return self.turn().row()

    def proofs_in_dns(self) -> dict[str, str]:
        """Return the TXT records of the zone by name."""
        listed = boto3.client("route53", "us-east-1").list_resource_record_sets(HostedZoneId=self.zone_id)
        texts = [one for one in listed["ResourceRecordSets"] if one["Type"] == "TXT"]
        return {one["Name"].rstrip("."): json.loads(one["ResourceRecords"][0]["Value"]) for one in texts}


@dataclass(frozen=True)
class _Door:
    """A region's secrets, as long as it is not dark."""

    ground: Ground
    region: str
    client: Any

    def __getattr__(self, name: str) -> Any:
        if self.region in self.ground.dark:
            raise EndpointConnectionError(endpoint_url=self.region)
        return getattr(self.client, name)

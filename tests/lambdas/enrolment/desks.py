"""A desk with everything at hand: a table, an instance, keys and credentials that are nobody's."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from failover.enrolment.authorities import Signing, begin_signing, keep_root
from failover.enrolment.credentials import Credentials
from failover.enrolment.instance import Instance
from failover.enrolment.nodes_table import NodesTable
from failover.enrolment.place import Place
from lambdas.enrolment.authority import Authority
from lambdas.enrolment.call import read_call
from lambdas.enrolment.desk import Desk, Tools
from tests.failover.clocks import HandClock
from tests.failover.enrolment.machines import NOW, OWN, STACK, TAGS, Machine, root_of
from tests.failover.enrolment.tables import CONTROL

SECRET = "the-secret-access-key"


@dataclass
class Keys:
    """KMS with a key for each label; the ARN is the label."""

    machines: Mapping[str, Machine]

    def sign(
        self,
        *,
        KeyId: str,  # noqa: N803
        Message: bytes,  # noqa: N803
        MessageType: Literal["RAW"],  # noqa: N803
        SigningAlgorithm: Literal["ECDSA_SHA_256"],  # noqa: N803
    ) -> Mapping[str, object]:
        assert (MessageType, SigningAlgorithm) == ("RAW", "ECDSA_SHA_256")
        return {"Signature": self.machines[KeyId].sign(Message)}

    def get_public_key(self, *, KeyId: str) -> Mapping[str, object]:  # noqa: N803
        return {"PublicKey": self.machines[KeyId].spki}


@dataclass
class Ground:
    """What a test of the desk changes and looks at; ``asked`` are the instances that Linode was asked about."""

    store: Any
    instances: dict[int, Instance] = field(default_factory=dict)
    keys: dict[str, Machine] = field(default_factory=lambda: {"a": Machine(), "b": Machine()})
    asked: list[int] = field(default_factory=list)
    refusals: int = 0
    meanwhile: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.now = self._aws_now()
        for label, machine in self.keys.items():
            keep_root(self.store, CONTROL, root_of(label, machine, self.now))
        begin_signing(self.store, CONTROL, Signing(label="a", since=NOW, by="test"))
        self.create()

    def create(self, age: timedelta = timedelta(minutes=1), tags: tuple[str, ...] = TAGS) -> None:
        """Have Linode know the instance."""
        self.instances[7] = Instance(id=7, tags=tags, created=self.now - age, addresses=(OWN, "2001:db8::7"))

    def instance(self, linode_id: int) -> Instance | None:
        self.asked.append(linode_id)
        self.meanwhile()
        return self.instances.get(linode_id)

    def desk(self) -> Desk:
        """Return a desk as another process, or another region, would have it."""
        keys = {label: label for label in self.keys}
        return Desk(
            Tools(
                stack=STACK,
                nodes=NodesTable(CONTROL, self.store, HandClock()),
                linode=self,
                authority=Authority(table=CONTROL, dynamodb=self.store, kms=Keys(self.keys), keys=keys),
                credentials=self._credentials,
                noise=lambda count: b"n" * count,
                count_refusal=self._count,
            )
        )

    def post(self, fields: object, source: str = OWN) -> tuple[int, dict[str, Any]]:
        """Send a request as JSON."""
        return self.send(json.dumps(fields), source)

    def send(self, body: str, source: str = OWN, method: str = "POST") -> tuple[int, dict[str, Any]]:
        """Send a body."""
        answer = self.desk().answer(read_call(event(body, source, method))).as_response()
        return int(str(answer["statusCode"])), json.loads(str(answer["body"]))

    def _credentials(self, node: int, place: Place) -> Credentials:
        return Credentials(
            access_key_id=f"ASIA-{node}-{place.site}-{place.pool}",
            secret_access_key=SECRET,
            session_token="the-session-token",
            expires="2026-11-26T13:00:00+00:00",
        )

    def _count(self) -> None:
        self.refusals += 1

    def _aws_now(self) -> datetime:
        nodes = NodesTable(CONTROL, self.store, HandClock())
        nodes.read(1)
        return nodes.time.now()


def event(body: str, source: str = OWN, method: str = "POST") -> dict[str, object]:
    """Return what Lambda makes of a call to the function's address."""
    context = {"http": {"method": method, "sourceIp": source}, "requestId": "r-1"}
    return {"version": "2.0", "requestContext": context, "body": body, "isBase64Encoded": False}

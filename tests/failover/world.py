"""A world for the domain: time moves only when somebody waits, regions can be lost, each call can go wrong.

The same domain runs over moto (faithful, slow) or over `model_table` (for many thousands of calls).
"""

import io
import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from botocore.exceptions import EndpointConnectionError

from failover.arming import arm
from failover.canary import Canary
from failover.control_table import PATIENT_ATTEMPTS, ControlTable
from failover.failures import AWS_ERRORS
from failover.observer import Observer
from failover.orchestrator import Orchestrator, Tools
from failover.orders import Order, OrderKind, from_message
from failover.plan_runner import Answer
from failover.protocol import Protocol as Numbers
from failover.rows import tier_key, tier_row
from failover.sites import Site
from failover.tier import Phase, TierRow
from lambdas.health_checker.post import Staff
from tests.failover.model_table import ModelDynamoDB
from tests.failover.wire import Accepting, Call, Fault, Killed, ModelParameters, VirtualClock, Wire, moto_client
from tests.failover.wiring import CANARY, CONTROL, PARAMETER, REGIONS, SITES, Wiring

START = datetime(2030, 1, 1, tzinfo=UTC)
NUMBERS = Numbers()
CALL_SECONDS = 0.02
UNREACHABLE_SECONDS = 0.3
AS_BOTO3 = {"control": "dynamodb", "data": "dynamodb"}


def dice() -> random.Random:
    """Make pauses random, and the same in each run."""
    return random.Random(7)  # noqa: S311 - jitter guards nothing


@dataclass
class World:
    """Three control regions over one control table, two data regions with a canary table each."""

    moto: bool = False
    streams: bool = False
    numbers: Numbers = NUMBERS
    clock: VirtualClock = field(default_factory=VirtualClock)
    dark: set[str] = field(default_factory=set)
    cut: set[tuple[str, str]] = field(default_factory=set)
    fault: Fault | None = None
    replication_seconds: float | None = 0.5
    once_stopped: Callable[[], None] | None = None
    replicators: dict[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    published: list[dict[str, Any]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    row_times: list[tuple[float, TierRow]] = field(default_factory=list)
    waking: bool = True
    role: str = "operator"
    deaths: int = 0
    _backends: dict[tuple[str, str], Any] = field(default_factory=dict)
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        if self.moto:
            self._make_tables()
        self.control = self.control_of("us-east-2")
        arm(self.control, "data", REGIONS)
        for region in REGIONS:
            self.set_parameter(region, SITES.primary)

    def _make_tables(self) -> None:
        for table, regions, keys in (
            (CONTROL, (REGIONS[0],), ("pk", "sk")),
            (CANARY, (REGIONS[0], REGIONS[2]), ("id",)),
        ):
            for region in regions:
                self.backend("dynamodb", region).create_table(
                    TableName=table,
                    BillingMode="PAY_PER_REQUEST",
                    KeySchema=[
                        {"AttributeName": key, "KeyType": kind}
                        for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                    ],
                    AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
                )

    def backend(self, service: str, region: str) -> Any:
        """Return what really holds a region's state; the control table is one for all."""
        if (service, region) not in self._backends:
            self._backends[service, region] = self._make(service, region)
        return self._backends[service, region]

    def _make(self, service: str, region: str) -> Any:
        if service in ("sns", "lambda"):
            return Accepting()
        if self.moto:
            return moto_client(service, region)
        return ModelDynamoDB() if service == "dynamodb" else ModelParameters()

    def carry(self, call: Call) -> Any:
        """Carry one call out under the faults of the moment."""
        self.calls.append(call)
        if self._unreachable(call.caller, call.region):
            self.clock.now += UNREACHABLE_SECONDS
            raise EndpointConnectionError(endpoint_url=f"{call.service}.{call.region}")
        self.clock.now += CALL_SECONDS
        return self.fault(call, lambda: self._act(call)) if self.fault else self._act(call)

    def _unreachable(self, caller: str, region: str) -> bool:
        return bool(self.dark & {caller, region}) or (caller, region) in self.cut

    def _act(self, call: Call) -> Any:
        if replicator := self.replicators.get(call.params.get("FunctionName", "")):
            return {"Payload": io.BytesIO(json.dumps(replicator(json.loads(call.params["Payload"]))).encode())}
        table = call.params.get("TableName") or next(iter(call.params.get("RequestItems", {"": 0})))
        at = REGIONS[0] if table == CONTROL else call.region
        answer = getattr(self.backend(call.service, at), call.operation)(**call.params)
        if call.operation == "update_item":
            self._follow_up(call, table)
        if call.operation == "publish":
            self._sent(call.caller, json.loads(call.params["Message"]), 1.0)
        if call.operation == "invoke":
            self._sent(call.caller, json.loads(call.params["Payload"]), 0.1)
        if isinstance(answer, dict) and "ResponseMetadata" in answer:
            answer["ResponseMetadata"]["HTTPHeaders"]["date"] = format_datetime(
                self.aws_now().replace(microsecond=0), True
            )
        return answer

    def _follow_up(self, call: Call, table: str) -> None:
        if table == CANARY and self.replication_seconds is not None:
            key, here = call.params["Key"], call.region
            item = self.backend("dynamodb", here).get_item(TableName=CANARY, Key=key, ConsistentRead=True)["Item"]
            self.clock.after(self.replication_seconds, lambda: self._replicate(here, item))
        elif table == CONTROL and call.params["Key"]["pk"]["S"] == "tier#data":
            self.row_times.append((self.clock.now, self.peek()))
            if self.once_stopped and self.peek().phase is Phase.MOVING:
                act, self.once_stopped = self.once_stopped, None
                act()

    def replicate_once_stopped(self, seconds: float | None) -> None:
        """Let replication take so long, or stand still, from the stop of writes on: what came before has arrived."""
        self.once_stopped = lambda: setattr(self, "replication_seconds", seconds)

    def _replicate(self, source: str, item: dict[str, Any]) -> None:
        target = SITES.secondary if source == SITES.primary else SITES.primary
        if self.replication_seconds is None or self.dark & {source, target}:
            self.clock.after(1.0, lambda: self._replicate(source, item))
            return
        there = self.backend("dynamodb", target)
        held = there.get_item(TableName=CANARY, Key={"id": item["id"]}, ConsistentRead=True).get("Item")
        if not held or int(held["counter"]["N"]) < int(item["counter"]["N"]):
            there.put_item(TableName=CANARY, Item=item)

    def _sent(self, caller: str, message: dict[str, Any], seconds: float) -> None:
        if message.get("kind") == "page":
            self.published.append(message)
        elif self.waking:
            self.clock.after(seconds, lambda: self.note(self.deliver(message, caller)))

    def aws_now(self) -> datetime:
        return START + timedelta(seconds=self.clock.now)

    def peek(self) -> TierRow:
        """Read the row past every fault, in no time."""
        backend = self.backend("dynamodb", REGIONS[0])
        return tier_row(backend.get_item(TableName=CONTROL, Key=tier_key("data"), ConsistentRead=True)["Item"])

    def client(self, service: str, region: str, caller: str) -> Any:
        return Wire(self, service, region, caller, self.role)

    def wiring(self, home: str) -> Wiring:
        """Return how a process in a region is put together."""
        return Wiring(
            home=home,
            client=lambda service, region, _patience: self.client(AS_BOTO3.get(service, service), region, home),
            clock=self.clock,
            fan_out=self.fan_out,
            dice=dice(),
            numbers=self.numbers,
            streams=self.streams,
            replicators={table: table for table in self.replicators},
        )

    def control_of(self, home: str, attempts: int = PATIENT_ATTEMPTS) -> ControlTable:
        return self.wiring(home).control(attempts)

    def canary_of(self, home: str, name: str) -> Canary:
        return self.wiring(home).canary(name)

    def fan_out(self, calls: Mapping[str, Callable[[], Any]], seconds: float) -> dict[str, Any]:
        """Run all calls from the same moment; it takes as long as the slowest."""
        began, ended, answers = self.clock.now, self.clock.now, {}
        for name, call in calls.items():
            self.clock.now = began
            try:
                answers[name] = call()
            except AWS_ERRORS as error:
                answers[name] = error
            ended = max(ended, self.clock.now)
        self.clock.now = min(ended, began + seconds)
        return answers

    def tools(self, home: str) -> Tools:
        self.role = "orchestrator"
        return self.wiring(home).tools()

    def orchestrator(self, home: str) -> Orchestrator:
        return Orchestrator(f"{home}/{next(self._names)}", self.tools(home))

    def deliver(self, message: Mapping[str, Any] | Order, home: str) -> Answer | None:
        """Let a new process in a region carry an order out; it may die of it."""
        order = message if isinstance(message, Order) else from_message(message)
        if home in self.dark:
            return None
        try:
            self.answers.append(self.orchestrator(home).carry_out(order))
        except Killed:
            self.deaths += 1
            return None
        except AWS_ERRORS:
            return None
        return self.answers[-1]

    def staff(self, home: str) -> Staff:
        self.role = "observer"
        return self.wiring(home).staff()

    def observe(self, home: str, offset: float = 0.0) -> Observer:
        """Post an observer that takes its turns for ever, as long as its region is up."""
        observer = Observer(self.staff(home).post)

        def turn() -> None:
            self.clock.after(self.numbers.probe_interval, turn)
            if home not in self.dark:
                self.turn_of(observer)

        self.clock.after(offset, turn)
        return observer

    def turn_of(self, observer: Observer) -> None:
        try:
            observer.turn()
        except AWS_ERRORS:
            return

    def observe_everywhere(self) -> None:
        for number, region in enumerate(REGIONS):
            self.observe(region, offset=0.3 * number)

    def run(self, seconds: float) -> None:
        self.clock.sleep(seconds)

    def set_parameter(self, region: str, value: str) -> None:
        self.backend("ssm", region).put_parameter(Name=PARAMETER, Value=value, Type="String", Overwrite=True)

    def parameters(self) -> dict[str, str]:
        return {r: self.backend("ssm", r).get_parameter(Name=PARAMETER)["Parameter"]["Value"] for r in REGIONS}

    def order(self, kind: OrderKind, **changes: Any) -> Order:
        """Make an order for the tier as it is."""
        plain = Order(
            id=f"order-{next(self._names)}",
            kind=kind,
            tier="data",
            epoch=self.peek().epoch,
            reason="a person says so",
            by="operator",
            issued_at=self.aws_now(),
        )
        return replace(plain, **changes)

    def wake(self, **changes: Any) -> Order:
        """Make the order of an observer that has just seen every vote move."""
        return self.order(OrderKind.WAKE, **{"seen_counters": self.counters(), **changes})

    def counters(self) -> dict[str, int]:
        seen = self.control.snapshot("data", REGIONS)
        return {vote.observer: vote.counter for vote in seen.votes}

    def pages(self, word: str = "") -> list[dict[str, Any]]:
        return [page for page in self.published if word in json.dumps(page)]

    @property
    def rows(self) -> list[TierRow]:
        """Every state that the tier's row was in."""
        return [row for _, row in self.row_times]

    def note(self, answer: Answer | None) -> None:
        """Stand where only the act counts; the answer is in ``answers``."""

    def active_in(self) -> dict[int, set[Site]]:
        """Name the active sites that each epoch's rows ever showed."""
        shown: dict[int, set[Site]] = {}
        for row in self.rows:
            shown.setdefault(row.epoch, set()).add(row.active)
        return shown

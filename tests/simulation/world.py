"""Who lives in a schedule: the shipped observers, orchestrators and clients, in a cloud of models."""

import itertools
import json
import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from failover.call_failed import CallFailed
from failover.client_view import ClientView
from failover.failures import AWS_ERRORS
from failover.hedged_read import HedgedRead
from failover.orchestrator import Orchestrator
from failover.orders import from_message
from failover.region_calls import HURRIED, PATIENT, RegionCalls, TimedClient
from failover.regional_table import RegionalTable, UncertainWrite
from failover.sites import Site
from failover.write_grants import NotWritable
from lambdas.health_checker.post import Staff
from lambdas.health_checker.watch import watch
from tests.failover.wiring import CONTROL, REGIONS, SITES, Wiring
from tests.simulation.cloud import Cloud, Wire
from tests.simulation.hub import Hub, Mishap, Process
from tests.simulation.laws import DRIFT, Laws
from tests.simulation.scenario import Scenario
from tests.simulation.tables import Mrec
from tests.simulation.weather import Weather, eyes

FOR_EVER = 1e9
WALL_ERROR_SECONDS = 300.0
HURRY = {"moving": 0.16, "preparing": 0.08}
CALM, UNEASY, UNDER_WAY = 2.5, 1.0, 0.25
BOTH: tuple[Site, ...] = ("primary", "secondary")


class World:
    """The processes of one schedule and what they live in. ``running`` counts orchestrators at work."""

    def __init__(
        self, scenario: Scenario, dice: random.Random, row: Mapping[str, Any], tell: Callable[[float, str], None] | None
    ) -> None:
        self.scenario, self.dice = scenario, dice
        self.hub = Hub()
        self.weather = Weather(dice, scenario.loss, scenario.tail)
        mrec = Mrec(self.hub, self.weather, dice, scenario.lag)
        moved: dict[str, float] = {site: -ago for site, ago in scenario.moved.items()}
        self.laws = Laws(self.hub, scenario.numbers, mrec, moved, row)
        self.cloud = Cloud(self.hub, dice, self.weather, mrec, self.laws)
        self.cloud.deliver, self.cloud.befell = self._deliver, self._befell
        self.laws.tell = self.tell
        self.running = 0
        self.writers: dict[str, Process] = {}
        self._owners = list(scenario.owners)
        self._numbers = itertools.count(1)
        self.listened_to = tell is not None  # most of the story is written for nobody
        self._tell = tell

    def tell(self, text: str) -> None:
        """Add a line to the story, if anybody listens."""
        if self._tell:
            self._tell(self.hub.now, text)

    def _process(self, name: str, place: str) -> Process:
        uniform = self.dice.uniform
        process = Process(self.hub, name, place, zero=uniform(0, 1e6), rate=1 + uniform(-DRIFT, DRIFT))
        process.wall_error = uniform(-WALL_ERROR_SECONDS, WALL_ERROR_SECONDS)
        return process

    def _wiring(self, process: Process, region: str) -> Wiring:
        return Wiring(
            home=region,
            client=lambda service, at, patience: Wire(self.cloud, process, service, at, read=patience),
            clock=process,
            fan_out=process.fan_out,
            dice=self.dice,
            numbers=self.scenario.numbers,
        )

    # Observers.

    def observe(self, region: str, delay: float) -> None:
        """Post an observer in a region, for ever or until it dies."""
        process = self._process(region, eyes(region))
        if not self.hub.now and region in self.scenario.others:
            process.mishap = self.scenario.others[region][0]
        staff = self._wiring(process, region).staff()
        self.hub.at(self.hub.now + delay, lambda: process.start(lambda: self._watch(process, staff)))

    def _watch(self, process: Process, staff: Staff) -> None:
        ended = watch(staff, FOR_EVER, lambda _turn: None)
        self.laws.seen["observer superseded"] += 1
        self.tell(f"{process.name}'s observer ends: {ended}")

    def _befell(self, process: Process, mishap: Mishap) -> None:
        what = "dies" if mishap.dies else f"stands still for {mishap.freezes:.1f} s"
        self.tell(f"{process.name} {what} {'before' if mishap.before else 'after'} sending call {mishap.call}")
        if mishap in self._owners:
            self._owners.remove(mishap)
        if mishap.dies and "/" in process.name:
            self.running -= 1
        elif mishap.dies and process.name in REGIONS:
            self.observe(process.name, self.scenario.others[process.name][1])

    # Orchestrators.

    def _deliver(self, region: str, operation: str, params: Mapping[str, Any]) -> None:
        """Carry an order to the region's orchestrator: soon when invoked; by the queue late, twice or not at all."""
        message = json.loads(params["Payload" if operation == "invoke" else "Message"])
        if message.get("kind") == "page":
            self.laws.seen["page"] += 1
            return
        dice, delays = self.dice, []
        if operation == "invoke":
            delays.append(dice.uniform(0.02, 0.3))
        elif dice.random() < 0.3:
            delays.append(0.2 + dice.random())
        if dice.random() < 0.1:
            delays.append(dice.uniform(1, 20))
        for delay in delays:
            self.hub.at(self.hub.now + delay, self.invoke, region, message)

    def invoke(self, region: str, message: Mapping[str, Any]) -> None:
        """Let a new process in a region carry an order out."""
        process = self._process(f"{region}/{next(self._numbers)}", region)
        if self._owners and self.dice.random() < 0.7:
            process.mishap = self._owners[-1]
        self.running += 1
        process.start(lambda: self._carry_out(process, region, message))

    def _carry_out(self, process: Process, region: str, message: Mapping[str, Any]) -> None:
        order = from_message(message)
        try:
            answer = Orchestrator(process.name, self._wiring(process, region).tools()).carry_out(order)
        except AWS_ERRORS as error:
            self.laws.seen["invocation failed"] += 1
            self.tell(f"{process.name} fails: {error}")
        else:
            self.laws.seen[f"answer: {answer.outcome}, {answer.code}"] += 1
            self.tell(f"{process.name} answers {order.kind} of {order.by}: {answer.outcome}, {answer.reason}")
        self.running -= 1

    # Clients.

    def write(self, place: str) -> None:
        """Let a client of the tier write for ever."""
        process = self.writers[place] = self._process(place, place)
        if place in self.scenario.others:
            process.mishap = self.scenario.others[place][0]
        hedged = partial(HedgedRead, pool=process, wait=process.wait)
        control: Any = {region: Wire(self.cloud, process, "control", region, read=0.7) for region in REGIONS}
        views = ClientView(control, CONTROL, self.scenario.numbers, clock=process, hedged=hedged)
        regions = {site: self._region_calls(process, SITES.region(site)) for site in BOTH}
        table = RegionalTable("orders", regions, views, clock=process, jitter=self.dice.random)
        process.start(lambda: self._keep_writing(process, table))

    def _region_calls(self, process: Process, region: str) -> RegionCalls:
        def timed(connect: float, read: float) -> TimedClient:
            client: Any = Wire(self.cloud, process, "data", region, connect, read)
            return TimedClient(client=client, seconds=connect + read)

        return RegionCalls(region, [timed(*PATIENT), timed(*HURRIED)], process)

    def _keep_writing(self, process: Process, table: RegionalTable) -> None:
        for number in itertools.count():
            process.sleep(self._pause())
            key = f"{process.name}-{number}"
            try:
                acknowledged = table.put_item(Item={"id": {"S": key}})
            except (NotWritable, CallFailed, UncertainWrite, ClientError) as error:
                if self.listened_to:
                    self.tell(f"{key} is not acknowledged: {error}")
            else:
                self.laws.acknowledged(process.name, key, acknowledged)

    def _pause(self) -> float:
        """Write the more often the more it matters."""
        row = self.laws.row
        otherwise = UNDER_WAY if "step" in row else UNEASY if self.weather.faults else CALM
        hurry = HURRY.get(row["phase"]["S"], otherwise)
        return self.scenario.writes_every * hurry * 2 * self.dice.random()

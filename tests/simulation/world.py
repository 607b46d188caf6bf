"""One schedule: the shipped observers, orchestrators and clients in a cloud of models, from a scenario to its end."""

import itertools
import json
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from failover import rows
from failover.call_failed import CallFailed
from failover.client_view import ClientView
from failover.failures import AWS_ERRORS
from failover.hedged_read import HedgedRead
from failover.orchestrator import Orchestrator
from failover.orders import Order, from_message
from failover.region_calls import RegionCalls, TimedClient
from failover.regional_table import RegionalTable, UncertainWrite
from failover.sites import other
from failover.write_grants import NotWritable
from lambdas.health_checker.watch import watch
from tests.failover.wiring import CONTROL, PARAMETER, REGIONS, SITES, Wiring
from tests.simulation.cloud import START, Cloud, Wire
from tests.simulation.hub import Hub, Mishap, Process
from tests.simulation.laws import Laws
from tests.simulation.scenario import WRITERS, Errand, Spell, draw
from tests.simulation.tables import REGIONS, Mrec
from tests.simulation.weather import Weather

SETTLES_WITHIN = 60.0
LOOKS_EVERY = 2.0


class World:
    """Everything that a schedule consists of."""

    def __init__(self, seed: int, tell: Callable[[float, str], None] | None = None) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a schedule, not a secret
        self.scenario = draw(self.dice)
        s = self.scenario
        self.hub = Hub()
        self.weather = Weather(self.dice, s.loss, s.tail)
        mrec = Mrec(self.hub, self.weather, self.dice, s.lag)
        row = self._first_row()
        self.laws = Laws(self.hub, s.numbers, mrec, {site: -ago for site, ago in s.moved.items()}, row)
        self.cloud = Cloud(self.hub, self.dice, self.weather, mrec, self)
        self.cloud.mrsc.table.items[CONTROL, "tier#data", "row"] = row
        self.cloud.deliver = self._deliver
        for region in REGIONS:
            site = other(s.active) if region == s.astray else s.active
            self.cloud.parameters[region].values[PARAMETER] = SITES.region(site)
        for observer in s.ghosts:
            self.cloud.mrsc.table.items[CONTROL, f"vote#data#{observer}", "vote"] = self._old_vote(observer)
        self.owners = list(s.owners)
        self._writers: dict[str, Process] = {}
        self._waiting: list[Spell | Errand] = [*s.spells, *s.errands]
        self._running = 0
        self._numbers = itertools.count(1)
        self._tell = tell

    def _first_row(self) -> dict[str, Any]:
        s = self.scenario
        at = {site: (START - timedelta(seconds=ago)).isoformat() for site, ago in s.moved.items()}
        values = {"epoch": s.epoch, "active": s.active, "phase": "steady", "owner_counter": 0, "armed": s.armed}
        return {**rows.tier_key("data"), **rows.to_item({**values, "changed_at": START.isoformat(), "moved_at": at})}

    def _old_vote(self, observer: str) -> dict[str, Any]:
        s = self.scenario
        about = {"tier": "data", "site": s.active, "epoch": s.epoch}
        counts = {"counter": 500, "generation": 7, "misses": 5, "goods": 0, "lag_ms": 0, "acked_lag_ms": 0}
        said = {"verdict": "unhealthy", "standby": "healthy", "reason": "long ago"}
        return {**rows.vote_key("data", observer), **rows.to_item({**about, **counts, **said})}

    # A schedule's course.

    def run(self) -> None:
        """Run from the start to where nothing is left to do.

        Raises:
            LawBroken: what must never happen did.
        """
        for region in REGIONS:
            late = 12.0 if region in self.scenario.ghosts else self.scenario.numbers.probe_interval
            self._observe(region, late * self.dice.random())
        for place in WRITERS:
            self._write(place)
        self._meet(None)
        self.hub.run(self.scenario.ends)
        self._clear_up()
        while not self._settled() and self.hub.now < self.scenario.ends + SETTLES_WITHIN:
            self.hub.run(self.hub.now + LOOKS_EVERY)
        self.laws.check_end(self._parameters())

    def _stall(self, writer: Process, seconds: float) -> None:
        """Stand still at once, or as soon as the next request is under way."""
        if self.dice.random() < 0.5:
            writer.frozen_until = self.hub.now + seconds
        else:
            writer.mishap = Mishap(writer.calls + 1, before=False, freezes=seconds)

    def _meet(self, phase: str | None) -> None:
        """Set in motion what waits for this phase."""
        if phase in (one.phase for one in self._waiting):
            for one in [one for one in self._waiting if one.phase == phase]:
                self._waiting.remove(one)
                act = partial(self._begin if isinstance(one, Spell) else self._order, one)
                self.hub.at(self.hub.now + one.at, act)

    def _clear_up(self) -> None:
        self.tell("everything works again")
        self._waiting.clear()
        self.cloud.mrec.weather_changes(self.weather.faults.clear)
        self.weather.loss = self.weather.tail = 0.0

    def _settled(self) -> bool:
        if self._running:
            return False
        try:
            self.laws.check_end(self._parameters())
        except AssertionError:
            return False
        return True

    def _parameters(self) -> Mapping[str, str]:
        return {region: self.cloud.parameters[region].values[PARAMETER] for region in REGIONS}

    def _begin(self, spell: Spell) -> None:
        for fault in spell.faults:
            self.tell(f"begins: {fault.what} ({fault.how})")
        self.cloud.mrec.weather_changes(lambda: self.weather.faults.extend(spell.faults))
        self.hub.at(self.hub.now + spell.lasts, partial(self._end, spell))

    def _end(self, spell: Spell) -> None:
        self.tell(f"ends: {spell.faults[0].what}")
        faults = self.weather.faults
        self.cloud.mrec.weather_changes(
            lambda: faults.__setitem__(slice(None), [one for one in faults if one not in spell.faults])
        )

    # Who acts.

    def _process(self, name: str, place: str) -> Process:
        dice = self.dice
        return Process(
            self.hub,
            name,
            place,
            zero=dice.uniform(0, 1e6),
            rate=1 + dice.uniform(-0.01, 0.01),
            wall_error=dice.uniform(-300, 300),
        )

    def _observe(self, region: str, delay: float) -> None:
        process = self._process(region, region)
        if self.hub.now == 0.0 and region in self.scenario.others:
            process.mishap = self.scenario.others[region][0]
        staff = self._wiring(process).staff()
        self.hub.at(self.hub.now + delay, lambda: process.start(lambda: watch(staff, 1e9, lambda _turn: None)))

    def _wiring(self, process: Process) -> Wiring:
        def client(service: str, region: str, patience: float) -> Any:
            return Wire(self.cloud, process, service, region, read=patience)

        return Wiring(
            home=process.place,
            client=client,
            clock=process,
            fan_out=process.fan_out,
            dice=self.dice,
            numbers=self.scenario.numbers,
        )

    def _deliver(self, place: str, operation: str, params: Mapping[str, Any]) -> None:
        """Carry an order to the region's orchestrator: at once when invoked, by the queue a little later, perhaps twice."""
        message = json.loads(params["Payload" if operation == "invoke" else "Message"])
        if message.get("kind") == "page":
            self.laws.seen["page"] += 1
            return
        dice = self.dice
        if operation == "invoke":
            delays = [dice.uniform(0.02, 0.3)]
        else:
            delays = [0.2 + dice.random()] if dice.random() < 0.3 else []
            delays += [dice.uniform(1, 20)] if dice.random() < 0.1 else []
        for delay in delays:
            self.hub.at(self.hub.now + delay, partial(self._invoke, place, message))

    def _order(self, errand: Errand) -> None:
        number = next(self._numbers)
        row = rows.tier_row(self.laws.row)
        order = Order(
            id=f"order-{number}",
            kind=errand.kind,
            tier="data",
            epoch=row.epoch,
            reason="a person says so",
            by="operator",
            issued_at=START + timedelta(seconds=self.hub.now),
        )
        self.tell(f"a person orders {errand.kind} in epoch {row.epoch}: {order.id}")
        message = json.loads(order.to_json())
        for delay, region in errand.copies:
            self.hub.at(self.hub.now + delay, partial(self._invoke, region, message))

    def _invoke(self, region: str, message: Mapping[str, Any]) -> None:
        process = self._process(f"{region}/{next(self._numbers)}", region)
        if self.owners and self.dice.random() < 0.7:
            process.mishap = self.owners[-1]
        self._running += 1
        process.start(lambda: self._carry_out(process, message))

    def _carry_out(self, process: Process, message: Mapping[str, Any]) -> None:
        orchestrator = Orchestrator(process.name, self._wiring(process).tools())
        order = from_message(message)
        try:
            answer = orchestrator.carry_out(order)
        except AWS_ERRORS as error:
            self.laws.seen["invocation failed"] += 1
            self.tell(f"{process.name} failed: {error}")
        else:
            self.laws.seen[f"answer: {answer.outcome}, {answer.code}"] += 1
            if self._tell and answer.outcome != "stayed":
                self.tell(f"{process.name} answers {order.kind} of {order.by}: {answer.outcome}, {answer.reason}")
        self._running -= 1

    def _write(self, place: str) -> None:
        process = self._process(place, place)
        self._writers[place] = process
        if place in self.scenario.others:
            process.mishap = self.scenario.others[place][0]
        hedged = partial(HedgedRead, pool=process, wait=process.wait)
        control: Any = {region: Wire(self.cloud, process, "control", region, read=0.7) for region in REGIONS}
        views = ClientView(control, CONTROL, self.scenario.numbers, clock=process, hedged=hedged)
        regions = {site: self._region_calls(process, SITES.region(site)) for site in ("primary", "secondary")}
        table = RegionalTable("orders", regions, views, clock=process, jitter=self.dice.random)
        process.start(lambda: self._keep_writing(process, table))

    def _region_calls(self, process: Process, region: str) -> RegionCalls:
        timed = [
            TimedClient(client=Wire(self.cloud, process, "data", region, connect, read), seconds=connect + read)
            for connect, read in ((0.3, 1.0), (0.2, 0.25))
        ]
        return RegionCalls(region, timed, process)

    def _keep_writing(self, process: Process, table: RegionalTable) -> None:
        for number in itertools.count():
            process.sleep(self._pause())
            key = f"{process.name}-{number}"
            try:
                ack = table.put_item(Item={"id": {"S": key}})
            except (NotWritable, CallFailed, UncertainWrite, ClientError) as error:
                if self._tell:
                    self.tell(f"{key} is not acknowledged: {error}")
            else:
                self.laws.acknowledged(process.name, key, ack)

    def _pause(self) -> float:
        """Write the more often the more it matters."""
        hurry = {"moving": 0.1, "preparing": 0.3}.get(
            self.laws.row["phase"]["S"], 0.4 if "step" in self.laws.row else 1.0
        )
        return self.scenario.writes_every * hurry * 2 * self.dice.random()

    # Who looks on.

    def sent(self, wire: Wire, operation: str, params: Mapping[str, Any]) -> None:
        self.laws.sent(wire, operation, params)

    def acted(self, wire: Wire, operation: str, params: Mapping[str, Any], answer: object) -> None:
        before = self.laws.row
        self.laws.acted(wire, operation, params, answer)
        if self.laws.row is not before:
            self._row_changed(wire.process, self.laws.row)

    def _row_changed(self, process: Process, row: Mapping[str, Any]) -> None:
        phase = row["phase"]["S"]
        if self._tell:
            self.tell(f"{process.name} writes the row: {_shown(row)}")
        if phase == "moving" and self.scenario.stalls in self._writers:
            self._stall(self._writers.pop(self.scenario.stalls), self.dice.uniform(3, 8))
        self._meet(phase)

    def befell(self, process: Process, mishap: Mishap) -> None:
        self.tell(
            f"{process.name} {'dies' if mishap.dies else f'stands still for {mishap.freezes:.1f} s'} at call {mishap.call}"
        )
        if mishap in self.owners:
            self.owners.remove(mishap)
        if "/" in process.name and mishap.dies:
            self._running -= 1
        elif mishap.dies and process.name in REGIONS:
            self._observe(process.name, self.scenario.others[process.name][1])

    def tell(self, text: str) -> None:
        if self._tell:
            self._tell(self.hub.now, text)


def _shown(row: Mapping[str, Any]) -> str:
    values = rows.values_of(row)
    named = " ".join(
        f"{name}={values[name]}"
        for name in ("active", "phase", "kind", "step", "owner", "owner_counter")
        if name in values
    )
    return f"epoch={values['epoch']} {named}"

"""One schedule, from a seed to its end: what goes wrong, what is ordered, and that everything comes to rest."""

import json
import random
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from failover import rows
from failover.orders import Order
from failover.sites import other
from failover.tier import Value
from tests.failover.wiring import CONTROL, PARAMETER, REGIONS, SITES
from tests.simulation.cloud import START
from tests.simulation.hub import Mishap, Process
from tests.simulation.laws import LawBroken
from tests.simulation.scenario import WRITERS, Errand, Scenario, Spell, draw
from tests.simulation.weather import Fault
from tests.simulation.world import World

RESTS_WITHIN = 60.0
LOOKS_EVERY = 0.5
SHOWN = ("active", "phase", "kind", "step", "owner", "owner_counter")


class Schedule:
    """A pure function of its seed and the code."""

    def __init__(self, seed: int, tell: Callable[[float, str], None] | None = None) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a schedule, not a secret
        self.scenario = draw(self.dice)
        row = _first_row(self.scenario)
        self.world = World(self.scenario, self.dice, row, tell)
        self.laws, self.hub = self.world.laws, self.world.hub
        self.laws.row_changed = self._row_changed
        self._waiting: list[Spell | Errand] = [*self.scenario.spells, *self.scenario.errands]
        self._furnish(row)

    def _furnish(self, row: Mapping[str, Any]) -> None:
        scenario, cloud = self.scenario, self.world.cloud
        cloud.mrsc.table.items[CONTROL, "tier#data", "row"] = dict(row)
        for region in REGIONS:
            site = other(scenario.active) if region == scenario.astray else scenario.active
            cloud.parameters[region].values[PARAMETER] = SITES.region(site)
        for observer in scenario.ghosts:
            cloud.mrsc.table.items[CONTROL, f"vote#data#{observer}", "vote"] = _old_vote(scenario, observer)

    def run(self) -> None:
        """Run to where nothing is left to do.

        Raises:
            LawBroken: what must never happen did.
        """
        scenario, world = self.scenario, self.world
        for region in REGIONS:
            late = 12.0 if region in scenario.ghosts else scenario.numbers.probe_interval
            world.observe(region, late * self.dice.random())
        if scenario.successor:
            world.observe(scenario.successor, self.dice.uniform(2, 8))
        for place in WRITERS:
            world.write(place)
        self._set_in_motion(None)
        self.hub.run(scenario.given_by)
        self._run_to_rest(scenario.ends)
        self._clear_up()
        self._run_to_rest(self.hub.now + RESTS_WITHIN)
        self.laws.check_end(self._parameters())

    def _run_to_rest(self, until: float) -> None:
        while self.hub.now < until and not self._at_rest():
            self.hub.run(min(until, self.hub.now + LOOKS_EVERY))

    def _row_changed(self, process: Process, row: Mapping[str, Any]) -> None:
        if self.world.listened_to:
            self.world.tell(f"{process.name} writes the row: {_shown(row)}")
        phase = row["phase"]["S"]
        if phase == "moving" and self.scenario.stalls in self.world.writers:
            self._stall(self.world.writers.pop(self.scenario.stalls))
        self._set_in_motion(phase)

    def _set_in_motion(self, phase: str | None) -> None:
        """Begin what waits for this phase."""
        for one in [one for one in self._waiting if one.phase == phase]:
            self._waiting.remove(one)
            self.hub.at(self.hub.now + one.at, self._begin if isinstance(one, Spell) else self._order, one)

    def _stall(self, writer: Process) -> None:
        """Let a writer stand still at once, or as soon as its next request is under way."""
        seconds = self.dice.uniform(3, 8)
        if self.dice.random() < 0.5:
            writer.frozen_until = self.hub.now + seconds
        else:
            writer.mishap = Mishap(writer.calls + 1, before=False, freezes=seconds)

    def _begin(self, spell: Spell) -> None:
        for fault in spell.faults:
            self.world.tell(f"begins: {fault.what} ({fault.how})")
        self._change_weather([*self.world.weather.faults, *spell.faults])
        self.hub.at(self.hub.now + spell.lasts, self._end, spell)

    def _end(self, spell: Spell) -> None:
        self.world.tell(f"ends: {spell.faults[0].what}")
        self._change_weather([fault for fault in self.world.weather.faults if fault not in spell.faults])

    def _change_weather(self, faults: list[Fault]) -> None:
        self.world.cloud.mrec.around(partial(self.world.weather.change, faults))

    def _order(self, errand: Errand) -> None:
        """Give a person's order, for the tier as it is now."""
        row, now = self.laws.row, self.hub.now
        order = Order(
            id=f"order-{now:.3f}",
            kind=errand.kind,
            tier="data",
            epoch=int(row["epoch"]["N"]),
            reason="a person says so",
            by="operator",
            issued_at=START + timedelta(seconds=now),
        )
        self.world.tell(f"a person orders {order.kind} in epoch {order.epoch}")
        self.laws.ordered[order.id] = order.epoch
        for delay, region in errand.copies:
            self.hub.at(now + delay, self.world.invoke, region, json.loads(order.to_json()))

    def _clear_up(self) -> None:
        self.world.tell("everything works again")
        self._waiting.clear()
        self._change_weather([])
        self.world.weather.loss = self.world.weather.tail = 0.0

    def _at_rest(self) -> bool:
        if self.world.running or self.world.weather.faults:
            return False
        try:
            self.laws.check_end(self._parameters())
        except LawBroken:
            return False
        return True

    def _parameters(self) -> Mapping[str, str]:
        return {region: self.world.cloud.parameters[region].values[PARAMETER] for region in REGIONS}


def _first_row(scenario: Scenario) -> Mapping[str, Any]:
    moved: Value = {site: (START - timedelta(seconds=ago)).isoformat() for site, ago in scenario.moved.items()}
    state: dict[str, Value] = {"epoch": scenario.epoch, "active": scenario.active, "armed": scenario.armed}
    more: dict[str, Value] = {"phase": "steady", "owner_counter": 0, "changed_at": START.isoformat()}
    return {**rows.tier_key("data"), **rows.to_item({**state, **more, "moved_at": moved})}


def _old_vote(scenario: Scenario, observer: str) -> dict[str, Any]:
    about: dict[str, Value] = {"tier": "data", "site": scenario.active, "epoch": scenario.epoch}
    counts: dict[str, Value] = {"counter": 500, "generation": 7, "misses": 5, "goods": 0, "acked_lag_ms": 0}
    said: dict[str, Value] = {"verdict": "unhealthy", "standby": "healthy", "reason": "long ago"}
    return {**rows.vote_key("data", observer), **rows.to_item({**about, **counts, **said})}


def _shown(row: Mapping[str, Any]) -> str:
    values = rows.values_of(row)
    return " ".join(f"{name}={values[name]}" for name in ("epoch", *SHOWN) if name in values)

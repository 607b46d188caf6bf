"""What a planned move hears of a replicator: first many markers, then one for each lane, as long as the shards stay."""

import json
import random
from typing import Any

from failover.replication.markers import marker_in
from lambdas.stream_replicator.proving import MARKER_SECONDS, Proving
from tests.failover.replication.test_shards import Stream
from tests.failover.replication.two_sites import StandingClock, TwoSites, marker_table

NOW = 1_900_000_000.5


class Asked:
    """A replicator of one lane, asked as an orchestrator does: through JSON."""

    def __init__(self) -> None:
        self.world = TwoSites(random.Random(1))  # noqa: S311 - no secret
        self.shards = 1

    def mark(self, name: str, like: object = None) -> Any:
        return _through_json(self._proving().mark({"id": name, "like": like}, NOW))["markers"]

    def arrived(self, markers: object) -> Any:
        return _through_json(self._proving().arrived(_through_json(markers), 0.5))

    def carry_all(self) -> None:
        self.world.replicate("primary", self.world.waiting("primary"))

    def _proving(self) -> Proving:
        table = marker_table(self.world.tables["primary"], "primary")
        stream = Stream((3, self.shards))
        return Proving(table=table, streams=stream, stream_arn="arn", lanes=10, clock=StandingClock())


def _through_json(told: object) -> Any:
    return json.loads(json.dumps(told))


def test_all_has_arrived_after_two_laps_and_no_sooner() -> None:
    asked = Asked()
    asked.world.write_around("a", "primary")
    markers = asked.mark("one")
    assert (len(markers["numbers"]), markers["shards"], markers["lanes"]) == (162, 1, 10)
    assert asked.arrived(markers)["waiting"] == 162

    asked.carry_all()
    assert "a" not in asked.world.tables["secondary"].items
    assert asked.arrived(markers)["waiting"] == 162
    asked.carry_all()
    assert asked.world.tables["secondary"].items.keys() == {"a"}
    assert asked.arrived(markers)["waiting"] == 0


def test_markers_expire_long_after_any_plan() -> None:
    asked = Asked()
    asked.mark("one")
    markers = [one for one in asked.world.tables["primary"].items.values() if marker_in(one)]
    assert {one["expires"]["N"] for one in markers} == {str(int(NOW) + MARKER_SECONDS)}


def test_the_next_proof_takes_one_marker_for_each_lane() -> None:
    asked = Asked()
    first = asked.mark("one")
    asked.carry_all()
    asked.carry_all()
    like = asked.arrived(first)["like"]
    again = asked.mark("two", like)
    assert (again["places"], again["numbers"]) == ("one", like["numbers"])
    assert len(again["numbers"]) == 1
    assert asked.arrived(again)["waiting"] == 1
    asked.carry_all()
    asked.carry_all()
    assert asked.arrived(again)["waiting"] == 0
    assert asked.mark("three", asked.arrived(again)["like"])["numbers"] == again["numbers"]


def test_a_shard_that_has_split_since_is_marked_anew() -> None:
    asked = Asked()
    first = asked.mark("one")
    asked.carry_all()
    asked.carry_all()
    asked.shards = 2
    again = asked.mark("two", asked.arrived(first)["like"])
    assert (again["places"], len(again["numbers"]), again["shards"]) == ("two", 673, 2)


def test_who_asks_twice_gets_the_same_markers() -> None:
    asked = Asked()
    first, before = asked.mark("one"), len(asked.world.tables["primary"].records)
    assert asked.mark("one") == first
    assert len(asked.world.tables["primary"].records) == before

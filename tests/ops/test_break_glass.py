"""Without a majority of the control table little can be done, that safely, and all of it is brought in afterwards."""

import dataclasses
import json
import random
import stat
from pathlib import Path
from typing import Any

import pytest

from failover.client_view import Closed, Open, View, judge
from failover.clock import SystemClock
from failover.environment import Environment
from failover.fan_out import ThreadFanOut
from failover.orchestrator import Orchestrator
from failover.orders import from_message
from failover.protocol import Protocol
from failover.sites import Sites
from failover.tier import Phase
from lambdas.failover_orchestrator.tools import build
from localcloud.request import Request, Response
from ops.deployed import deployed_of
from ops.glass_looks import GlassLooks
from ops.stack_outputs import Source, StackOutputs
from tests.failover.wire import VirtualClock
from tests.ops.conftest import CONTROL_REGIONS, Ground

SCALE = 0.1
CLAIMS = ("--last-epoch", "7", "--last-active", "primary")
PROOF = ("--reason", "INC-42", "--proof", "AWS Health says so")
OFF = ("--old-site-is-off", "us-east-1")


class Glass:
    """A person with a record file; the primary and a second control region are lost."""

    def __init__(self, ground: Ground, path: Path) -> None:
        self.ground, self.path = ground, path

    def __call__(self, *arguments: str, code: int) -> Any:
        return self.ground.document("break-glass", "--record", str(self.path), *arguments, code=code)

    def steps(self) -> list[str]:
        return [json.loads(line)["step"] for line in self.path.read_text().splitlines()]

    def outside(self) -> list[str]:
        named = {"Name": self.ground.outputs["activeParameter"]}
        clients = [self.ground.client("ssm", region) for region in CONTROL_REGIONS]
        return [client.get_parameter(**named)["Parameter"]["Value"] for client in clients]

    def lose(self, *regions: str) -> None:
        for region in regions:
            self.ground.front.gateway.world.darken(region, "reset")

    def mend(self) -> None:
        self.ground.front.gateway.world.restore()


@pytest.fixture
def glass(ground: Ground, tmp_path: Path) -> Glass:
    protocol = dataclasses.replace(Protocol(), time_scale=SCALE)
    ground.saved.write_text(json.dumps({"lifeboat": {**ground.outputs, "protocol": protocol.to_json()}}))
    return Glass(ground, tmp_path / "glass.jsonl")


@pytest.fixture
def orchestrator(glass: Glass, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The shipped orchestrator, in this process; gives the regions that took an order."""
    taken: list[str] = []

    def answer(request: Request) -> Response:
        if request.environ.get("HTTP_X_AMZ_INVOCATION_TYPE") == "DryRun":
            return Response(status=204, body=b"")
        taken.append(request.region)
        dice = random.Random(1)  # noqa: S311 jitter
        tools = build(_environment(glass.ground, request.region), {}, SystemClock(), dice)
        said = Orchestrator(f"{request.region}/1", tools).carry_out(from_message(json.loads(request.body)))
        return Response(status=200, body=json.dumps({"answers": [dataclasses.asdict(said)]}).encode())

    monkeypatch.setitem(glass.ground.front.gateway.routes, ("lambda", "Invoke"), answer)
    return taken


def _environment(ground: Ground, region: str) -> Environment:
    told = ground.outputs
    return Environment(
        region=region,
        stack="prod",
        control_table=told["controlTable"],
        control_regions=CONTROL_REGIONS,
        sites=Sites(primary=told["primaryRegion"], secondary=told["secondaryRegion"]),
        data_mode=told["dataMode"],
        protocol=dataclasses.replace(Protocol(), time_scale=SCALE).scaled(),
        canary_table=told["canaryTable"],
        item_key=told["healthCheckItemKey"],
        item_value="ok",
        signals_topic_arn=told["signalsTopicArns"][region],
        active_parameter=told["activeParameter"],
    )


def test_with_a_majority_there_is_no_glass_to_break(glass: Glass) -> None:
    glass.lose("us-east-1")
    told = glass(*CLAIMS, *PROOF, *OFF, code=1)
    assert "has its majority" in told["error"]
    assert told["next_step"] == "lifeboat failover -s prod"
    assert not glass.path.exists()


def test_a_machine_that_reaches_nobody_decides_nothing(glass: Glass) -> None:
    glass.lose(*CONTROL_REGIONS)
    assert "this machine's network" in glass(*CLAIMS, *PROOF, *OFF, code=1)["error"]


def test_an_old_site_that_answers_is_refused_whatever_the_operator_says(glass: Glass) -> None:
    glass.lose("us-east-2", "us-west-2")
    told = glass(*CLAIMS, *PROOF, *OFF, code=1)
    assert "us-east-1 answers, so it is not off" in told["error"]
    assert not glass.path.exists()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((*PROOF, *OFF), "no replica shows the tier's row"),
        ((*CLAIMS, *OFF, "--reason", "x"), "with --proof how you know"),
        ((*CLAIMS, *PROOF), "no terminal to ask at"),
        ((*CLAIMS, *PROOF, "--yes"), "no terminal to ask at"),
        ((*CLAIMS, *PROOF, "--old-site-is-off", "us-west-2"), "the old site is us-east-1"),
    ],
)
def test_without_knowledge_or_proof_nothing_is_done(glass: Glass, arguments: tuple[str, ...], why: str) -> None:
    glass.lose("us-east-1", "us-east-2")
    assert why in glass(*arguments, code=1)["error"]
    assert glass.outside() == ["us-east-1"] * 3
    assert not glass.path.exists()


def test_what_can_be_told_is_told_and_kept_and_the_row_stays_as_it_is(glass: Glass) -> None:
    row = glass.ground.row()
    glass.lose("us-east-1", "us-east-2")
    told = glass(*CLAIMS, *PROOF, *OFF, code=0)
    assert (told["glass"]["epoch"], told["published"]) == (1007, ["us-west-2"])
    assert "clients write nothing until the merge" in told["told"]
    assert glass.outside() == ["us-east-1", "us-east-1", "us-west-2"]
    assert glass.steps() == ["opened", "publishing", "published", "told people"]
    assert stat.S_IMODE(glass.path.stat().st_mode) == 0o600
    again = glass(*CLAIMS, *PROOF, *OFF, code=0)
    assert again["glass"]["id"] == told["glass"]["id"]
    glass.mend()
    assert glass.ground.row() == row


def test_a_dry_run_tells_and_leaves_nothing(glass: Glass) -> None:
    glass.lose("us-east-1", "us-east-2")
    assert "would tell secondary" in glass(*CLAIMS, "--dry-run", code=0)["told"]
    assert not glass.path.exists()
    assert glass.outside() == ["us-east-1"] * 3


def test_the_merge_opens_an_epoch_above_the_forced_one_through_a_wait(glass: Glass, orchestrator: list[str]) -> None:
    glass.lose("us-east-1", "us-east-2")
    glass(*CLAIMS, *PROOF, *OFF, code=0)
    glass.mend()
    told = glass("--merge", "--reason", "INC-42", "--yes", code=0)
    row = glass.ground.row()
    assert (row.epoch, row.active, row.phase, row.step) == (1008, "secondary", Phase.STEADY, None)
    assert (told["epoch"], orchestrator) == (1008, ["us-west-2"])
    assert glass.outside() == ["us-west-2"] * 3
    kept = glass.ground.document("journal", json.loads(glass.path.read_text().splitlines()[0])["id"])
    assert "AWS Health says so" in kept["entries"][0]["detail"]
    assert "merged before" in glass("--merge", "--reason", "x", "--yes", code=0)["told"]
    assert glass.ground.row() == row


def test_a_merge_that_no_orchestrator_takes_holds_the_tier_and_goes_on_from_there(
    glass: Glass, request: pytest.FixtureRequest
) -> None:
    glass.lose("us-east-1", "us-east-2")
    glass(*CLAIMS, *PROOF, *OFF, code=0)
    glass.mend()
    glass("--merge", "--reason", "INC-42", "--yes", code=1)
    held = glass.ground.row()
    assert (held.epoch, held.phase) == (1008, Phase.HELD)
    view = View(epoch=held.epoch, active=held.active, phase=held.phase, sent_at=0.0)
    assert isinstance(judge(view, 0.1, Protocol()), Closed)
    request.getfixturevalue("orchestrator")
    glass("--merge", "--reason", "INC-42", "--yes", code=0)
    assert (glass.ground.row().epoch, glass.ground.row().phase) == (1008, Phase.STEADY)
    opened = dataclasses.replace(view, phase=Phase.STEADY)
    assert isinstance(judge(opened, 0.1, Protocol()), Open)


def test_a_plan_under_way_is_not_run_over(glass: Glass, orchestrator: list[str]) -> None:
    glass.lose("us-east-1", "us-east-2")
    glass(*CLAIMS, *PROOF, *OFF, code=0)
    glass.mend()
    before = glass.ground.set_row(phase="moving", step="wait", plan_id="data-8-x", owner="us-west-2/9")
    assert "a plan is under way" in glass("--merge", "--reason", "x", "--yes", code=1)["error"]
    assert glass.ground.row() == before


def test_a_row_that_moved_on_past_the_forced_epoch_is_left_alone(glass: Glass, orchestrator: list[str]) -> None:
    glass.lose("us-east-1", "us-east-2")
    glass(*CLAIMS, *PROOF, *OFF, code=0)
    glass.mend()
    before = glass.ground.set_row(epoch=1009, active="primary")
    assert "moved on" in glass("--merge", "--reason", "x", "--yes", code=1)["error"]
    assert glass.ground.row() == before


def test_a_file_that_is_no_record_is_refused(glass: Glass) -> None:
    glass.path.write_text("hello\n")
    assert "no record of a broken glass" in glass("--merge", "--reason", "x", "--yes", code=1)["error"]


def test_a_replica_that_still_shows_an_old_row_tells_the_last_that_is_known(ground: Ground) -> None:
    ground.set_row(epoch=41)
    told = deployed_of(StackOutputs(lifeboat=ground.outputs, source=Source.FILE))
    known = GlassLooks(told, "data", ThreadFanOut(), VirtualClock()).known()
    assert known is not None
    assert (known.epoch, known.active) == (41, "primary")

"""Schedules stored through Scheduler's API, fired on a clock that stands still."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from localcloud.front import Front
from localcloud.queues import Queues
from localcloud.schedules import NotSimulated, Rhythm, Schedules, Times
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import make_queue, make_role
from tests.localcloud.standing_still import START, StandingClock

TARGET = "arn:aws:lambda:us-east-1:123456789012:function:observer"
MAY_INVOKE = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": TARGET}


class Bench:
    """Fires schedules into a list; ``late`` is the jitter that each one gets."""

    def __init__(self, front: Front, client: ClientOf, late: float = 0.0, scale: float = 1.0) -> None:
        self.clock = StandingClock()
        self.fired: list[tuple[str, str, bytes]] = []
        self._client = client
        times = Times(clock=self.clock.monotonic, wall_clock=self.clock.now, jitter=lambda: late, scale=scale)
        roles = front.gateway.roles
        self.schedules = Schedules(front.gateway, self, Queues(front.gateway, roles), roles, times)  # type: ignore[arg-type]

    def accept(self, region: str, arn: str, payload: bytes) -> str:
        self.fired.append((region, arn, payload))
        return ""

    def make(self, name: str, expression: str = "rate(1 minute)", **more: object) -> None:
        role = more.pop("role", None) or make_role(self._client, f"{name}-role", [MAY_INVOKE])
        target = {"Arn": TARGET, "RoleArn": role, "Input": json.dumps({"by": name}), **more.pop("target", {})}  # type: ignore[dict-item]
        window = {"Mode": "OFF"}
        self._client("scheduler").create_schedule(
            Name=name, ScheduleExpression=expression, FlexibleTimeWindow=window, Target=target, **more
        )

    def fires_after(self, seconds: int, name: str) -> int:
        for _ in range(seconds):
            self.clock.seconds += 1
            self.schedules.tick()
        return len([payload for _, _, payload in self.fired if json.loads(payload).get("by") == name])


def test_a_rate_fires_after_its_jitter_and_then_at_its_rate(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client, late=20)
    bench.make("jittered")
    counts = [bench.fires_after(seconds, "jittered") for seconds in (20, 1, 59, 1, 60)]
    assert counts == [0, 1, 1, 2, 3]


def test_scaled_time_shortens_the_rate(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client, scale=0.1)
    bench.make("scaled")
    assert bench.fires_after(31, "scaled") == 6


def test_a_single_firing_happens_once_at_its_time(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.make("once", f"at({START + timedelta(seconds=30):%Y-%m-%dT%H:%M:%S})")
    assert [bench.fires_after(seconds, "once") for seconds in (29, 2, 600)] == [0, 1, 1]


def test_a_disabled_schedule_does_not_fire(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.make("disabled", State="DISABLED")
    assert bench.fires_after(130, "disabled") == 0


def test_a_dark_region_loses_its_turns_and_fires_again_after_its_return(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    bench.make("eclipsed")
    assert bench.fires_after(1, "eclipsed") == 1
    front.gateway.world.darken("us-east-1")
    assert bench.fires_after(179, "eclipsed") == 1
    front.gateway.world.restore()
    assert bench.fires_after(59, "eclipsed") == 2


def test_a_role_that_does_not_allow_it_fires_nothing_and_tells_the_dead_letters(front: Front, client: ClientOf) -> None:
    url, arn = make_queue(client, "never-fired")
    bench = Bench(front, client)
    only_bury = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    role = make_role(client, "powerless", [only_bury])
    bench.make("refused", role=role, target={"DeadLetterConfig": {"Arn": arn}})
    assert bench.fires_after(5, "refused") == 0
    [message] = client("sqs").receive_message(QueueUrl=url)["Messages"]
    assert "does not allow lambda:InvokeFunction" in message["Body"]


def test_a_schedule_that_could_never_fire_here_is_refused_when_it_is_made(front: Front, client: ClientOf) -> None:
    bench = Bench(front, client)
    with pytest.raises(ClientError, match=r"rate\(\.\.\.\), at\(\.\.\.\) and daily schedules only"):
        bench.make("cron", "cron(0 * * * ? *)")
    with pytest.raises(ClientError, match="invoke Lambda functions only"):
        bench.make("to-sqs", target={"Arn": "arn:aws:sqs:us-east-1:123456789012:q"})


@pytest.mark.parametrize(
    ("expression", "seconds"), [("rate(1 minute)", 60), ("rate(5 minutes)", 300), ("rate(2 hours)", 7200)]
)
def test_rates_are_read_in_every_unit(expression: str, seconds: float) -> None:
    assert Rhythm.parse(expression).every_seconds == seconds


@pytest.mark.parametrize(
    ("now", "hours"),
    [("2026-03-01T00:00:00+00:00", 10), ("2026-03-01T09:59:00+00:00", 1 / 60), ("2026-03-01T12:00:00+02:00", 0)],
)
def test_a_daily_schedule_fires_at_its_time_and_then_each_day(now: str, hours: float) -> None:
    rhythm = Rhythm.parse("cron(0 10 * * ? *)")
    assert rhythm.wait_from(datetime.fromisoformat(now)) == hours * 3600
    assert rhythm.every_seconds == 24 * 3600


def test_a_daily_schedule_whose_time_is_over_waits_for_the_next_day() -> None:
    rhythm = Rhythm.parse("cron(30 2 * * ? *)", "Europe/Vienna")
    assert rhythm.wait_from(datetime(2026, 3, 1, 1, 31, tzinfo=UTC)) == (24 * 60 - 1) * 60


@pytest.mark.parametrize(
    "expression",
    ["cron(* * * * ? *)", "cron(0 24 * * ? *)", "cron(60 1 * * ? *)", "cron(0 1 ? * MON *)", "rate(x)", ""],
)
def test_other_expressions_are_not_simulated(expression: str) -> None:
    with pytest.raises(NotSimulated):
        Rhythm.parse(expression)

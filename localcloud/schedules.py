"""EventBridge Scheduler: fires what moto only stores.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import json
import logging
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.scheduler.models import Schedule, scheduler_backends

from localcloud.asynchronous import Asynchronous
from localcloud.deployed import NoSuchFunction
from localcloud.gateway import Gateway
from localcloud.permissions import Permissions
from localcloud.protocols import error
from localcloud.queues import NoSuchQueue, Queues
from localcloud.request import Request, Response

log = logging.getLogger(__name__)

RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
DAILY = re.compile(r"cron\((\d{1,2}) (\d{1,2}) \* \* \? \*\)")
AT = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
UNIT_SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}


class NotSimulated(ValueError):
    """The real service would take this schedule; the embedded one could not fire it."""


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """When a schedule fires: every so many seconds from its creation, each day at a time, or once at one."""

    every_seconds: float | None = None
    daily_at: time | None = None
    once_at: datetime | None = None

    @classmethod
    def parse(cls, expression: str, timezone: str = "UTC") -> "Rhythm":
        """Read ``rate(...)``, ``at(...)``, or a ``cron(...)`` of each day.

        Raises:
            NotSimulated: another cron expression, or no expression at all.
        """
        if found := RATE.fullmatch(expression):
            return cls(every_seconds=int(found.group(1)) * UNIT_SECONDS[found.group(2)])
        if found := AT.fullmatch(expression):
            return cls(once_at=datetime.fromisoformat(found.group(1)).replace(tzinfo=ZoneInfo(timezone)))
        found = DAILY.fullmatch(expression)
        if found and int(found.group(1)) < 60 and int(found.group(2)) < 24:
            at = time(int(found.group(2)), int(found.group(1)), tzinfo=ZoneInfo(timezone))
            return cls(every_seconds=UNIT_SECONDS["day"], daily_at=at)
        raise NotSimulated(f"{expression!r}: the embedded cloud fires rate(...), at(...) and daily schedules only")

    def wait_from(self, now: datetime) -> float:
        """Return the seconds from a time to the first firing."""
        if self.once_at:
            return max(0.0, (self.once_at - now).total_seconds())
        if self.daily_at is None:
            return 0.0
        today = datetime.combine(now.astimezone(self.daily_at.tzinfo), self.daily_at)
        return (today - now).total_seconds() % UNIT_SECONDS["day"]


@dataclass(frozen=True, kw_only=True)
class Times:
    """The clocks that schedules go by, the seconds that each is late, and what shortens its rate."""

    clock: Callable[[], float]
    wall_clock: Callable[[], datetime]
    jitter: Callable[[], float]
    scale: float


@dataclass(frozen=True, kw_only=True)
class _Planned:
    """A schedule and the next time at which it fires; ``inf`` after its only one."""

    changed_at: float
    rhythm: Rhythm
    due_at: float

    def after_firing(self, scale: float) -> "_Planned":
        every = self.rhythm.every_seconds
        return replace(self, due_at=math.inf if every is None else self.due_at + every * scale)


class Schedules:
    """Looks through all schedules again and again and fires those that are due."""

    def __init__(
        self, gateway: Gateway, asynchronous: Asynchronous, queues: Queues, permissions: Permissions, times: Times
    ) -> None:
        self._gateway = gateway
        self._asynchronous = asynchronous
        self._queues = queues
        self._permissions = permissions
        self._times = times
        self._planned: dict[str, _Planned] = {}
        for operation in ("CreateSchedule", "UpdateSchedule"):
            gateway.routes["scheduler", operation] = self._accept

    def tick(self) -> None:
        """Fire what is due now. In a region that is dark a turn is lost, not made up for."""
        found = dict(self._schedules())
        self._planned = {arn: planned for arn, planned in self._planned.items() if arn in found}
        for arn, schedule in found.items():
            planned = self._plan(arn, schedule)
            if planned.due_at <= self._times.clock():
                self._planned[arn] = planned.after_firing(self._times.scale)
                self._fire(schedule)

    def _schedules(self) -> Iterator[tuple[str, Schedule]]:
        with self._gateway.lock("scheduler"):
            for backend in scheduler_backends[DEFAULT_ACCOUNT_ID].values():
                for group in backend.schedule_groups.values():
                    yield from [(schedule.arn, schedule) for schedule in group.schedules.values()]

    def _plan(self, arn: str, schedule: Schedule) -> _Planned:
        planned = self._planned.get(arn)
        if planned is None or planned.changed_at != schedule.last_modified_date:
            rhythm = Rhythm.parse(schedule.schedule_expression, schedule.schedule_expression_timezone)
            planned = _Planned(changed_at=schedule.last_modified_date, rhythm=rhythm, due_at=self._first(rhythm))
            self._planned[arn] = planned
        return planned

    def _first(self, rhythm: Rhythm) -> float:
        wait = rhythm.wait_from(self._times.wall_clock())
        return self._times.clock() + wait * (self._times.scale if rhythm.daily_at else 1) + self._times.jitter()

    def _fire(self, schedule: Schedule) -> None:
        region, target = schedule.arn.split(":")[3], schedule.target
        if schedule.state != "ENABLED" or not self._gateway.world.up(region):
            return
        failure = self._invoke(region, target["Arn"], target["RoleArn"], _input(schedule, self._times.wall_clock()))
        if failure:
            log.warning("schedule could not fire", extra={"schedule": schedule.arn, "why": failure})
            self._bury(schedule, failure)

    def _invoke(self, region: str, arn: str, role: str, payload: str) -> str:
        """Queue an invocation; return why it could not be, or ""."""
        if not self._permissions.role_allows(role, "lambda:InvokeFunction", arn):
            return f"{role} does not allow lambda:InvokeFunction on {arn}"
        try:
            self._asynchronous.accept(region, arn, payload.encode())
        except NoSuchFunction as missing:
            return str(missing)
        return ""

    def _bury(self, schedule: Schedule, failure: str) -> None:
        """Send a firing that failed for good to the schedule's dead letters, if it has any and its role may."""
        arn = (schedule.target.get("DeadLetterConfig") or {}).get("Arn", "")
        if arn and self._permissions.role_allows(schedule.target["RoleArn"], "sqs:SendMessage", arn):
            try:
                self._queues.send(arn, json.dumps({"schedule": schedule.arn, "error": failure}))
            except NoSuchQueue as missing:
                log.warning("no dead letters for a schedule", extra={"why": str(missing)})

    def _accept(self, request: Request) -> Response:
        """Refuse at creation what could never fire here."""
        asked = json.loads(request.body or b"{}")
        try:
            Rhythm.parse(asked.get("ScheduleExpression", ""), asked.get("ScheduleExpressionTimezone", "UTC"))
            if asked.get("Target", {}).get("Arn", "").split(":")[2:3] != ["lambda"]:
                raise NotSimulated("the embedded cloud's schedules invoke Lambda functions only")
        except NotSimulated as refusal:
            return error(request, 400, "ValidationException", str(refusal))
        return self._gateway.moto(request)


def _input(schedule: Schedule, now: datetime) -> str:
    """Return the target's input with Scheduler's own keywords filled in."""
    text = str(schedule.target.get("Input") or "{}")
    filled = {
        "<aws.scheduler.schedule-arn>": schedule.arn,
        "<aws.scheduler.scheduled-time>": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "<aws.scheduler.attempt-number>": "1",
    }
    for keyword, value in filled.items():
        text = text.replace(keyword, value)
    return text

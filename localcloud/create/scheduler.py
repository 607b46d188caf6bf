"""Schedules."""

from collections.abc import Mapping

from localcloud.create.creation import Created, Creation, Creator, field

SETTINGS = (
    "scheduleExpression",
    "scheduleExpressionTimezone",
    "flexibleTimeWindow",
    "groupName",
    "state",
    "description",
    "target",
)


def schedule(creation: Creation) -> Created:
    """Create a schedule."""
    answer = creation.call("scheduler", "create_schedule", Name=creation.name, **creation.given(*SETTINGS))
    group = creation.text("groupName") or "default"
    return f"{group}/{creation.name}", {"name": creation.name, "arn": field(answer, "ScheduleArn")}


CREATORS: Mapping[str, Creator] = {"aws:scheduler/schedule:Schedule": schedule}

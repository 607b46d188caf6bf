"""What people are told: pages of the control plane and alarms of CloudWatch, in one form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from failover.next_steps import of_stack
from lambdas.notifier.message import UnknownEvent

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
LONGEST_SUBJECT = 100
ALARM_SEVERITIES = {"ALARM": "critical", "INSUFFICIENT_DATA": "warning", "OK": "info"}
PAGE_SEVERITIES = ("info", "warning", "critical")


@dataclass(frozen=True, kw_only=True)
class Notice:
    """``id`` names the incident: the same one, from whichever region, is told once."""

    id: str
    severity: str
    summary: str
    reason: str
    next_step: str
    origin: str

    def subject(self, stack: str) -> str:
        """Return a line that an e-mail's subject can hold: printable ASCII, at most 100 characters."""
        line = f"[{self.severity}] lifeboat {stack}: {self.summary}"
        printable = "".join(char if " " <= char <= "~" else "?" for char in line)
        return printable[:LONGEST_SUBJECT]

    def text(self, stack: str) -> str:
        """Return the whole message, the next step last, ready to be copied."""
        headline = f"[{self.severity}] lifeboat {stack}: {self.summary}"
        next_step = of_stack(self.next_step, stack)
        incident = f"Incident: {self.id}"  # what `lifeboat acknowledge` takes
        return "\n".join((headline, f"Why: {self.reason}", f"From: {self.origin}", incident, f"Next: {next_step}"))


def read_notice(body: str) -> Notice:
    """Tell a page from an alarm.

    Raises:
        UnknownEvent: it is neither, or a field that people need is missing.
    """
    fields = _fields(body)
    try:
        return _alarm(fields) if "AlarmName" in fields else _page(fields)
    except KeyError as error:
        raise UnknownEvent(f"a message without {error}: it has {', '.join(sorted(fields))}") from error


def _fields(body: str) -> Mapping[str, object]:
    try:
        fields = json.loads(body)
    except json.JSONDecodeError as error:
        raise UnknownEvent(f"a message that is not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise UnknownEvent(f"a message that is a JSON {type(fields).__name__}, not an object")
    return fields


def _page(fields: Mapping[str, object]) -> Notice:
    """Read a page as `failover.pages` writes it."""
    if (fields.get("kind"), fields.get("schema")) != ("page", 1):
        raise UnknownEvent(f"kind {fields.get('kind')!r}, schema {fields.get('schema')!r}; expected 'page', 1")
    severity = str(fields["severity"])
    if severity not in PAGE_SEVERITIES:
        raise UnknownEvent(f"severity {severity!r}; expected one of {', '.join(PAGE_SEVERITIES)}")
    return Notice(
        id=str(fields["id"]),
        severity=severity,
        summary=str(fields["summary"]),
        reason=str(fields["reason"]),
        next_step=str(fields["next_step"]),
        origin=f"{fields['by']}, tier {fields['tier']}, epoch {fields['epoch']}",
    )


def _alarm(fields: Mapping[str, object]) -> Notice:
    """Read an alarm as CloudWatch publishes it to a topic.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    name, state = str(fields["AlarmName"]), str(fields["NewStateValue"])
    return Notice(
        id=f"{fields.get('AlarmArn', name)}@{fields['StateChangeTime']}",
        severity=ALARM_SEVERITIES.get(state, "warning"),
        summary=f"alarm {name} is {state}",
        reason=str(fields["NewStateReason"]),
        next_step=str(fields.get("AlarmDescription") or "Open the alarm in CloudWatch, then `lifeboat status`."),
        origin=f"CloudWatch, {fields.get('Region', 'region unknown')}",
    )

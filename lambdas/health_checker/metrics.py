"""A turn as metrics in CloudWatch's embedded metric format, one line on standard output.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json

from failover.observer import Turn

NAMESPACE = "Lifeboat"
BEHIND_MS = 10_000  # as the alarms on replication call it late


def embedded(turn: Turn, stack: str, observer: str, at_ms: int) -> str:
    """Return the line; ``at_ms`` is milliseconds since the epoch in AWS time.

    What is not known yet is left out: a run begins in every minute, and its zeros would be every minute's minimum.
    Whoever does not know how far the standby is behind calls it behind: that is told by an hour's minimum.
    """
    lag_ms = turn.probe.lag_ms
    values: dict[str, float | None] = {
        "PeerSilent": None if turn.silent_peers is None else float(len(turn.silent_peers)),
        "MajorityVotes": float(turn.quorum_votes),
        "ProbeMisses": float(turn.observation.misses),
        "StandbyLagMs": lag_ms,
        "StandbyBehind": float(lag_ms is None or lag_ms >= BEHIND_MS),
    }
    known = {name: value for name, value in values.items() if value is not None}
    metric = {
        "Namespace": NAMESPACE,
        "Dimensions": [["Stack", "Observer"]],
        "Metrics": [{"Name": name} for name in known],
    }
    named = {"Stack": stack, "Observer": observer}
    return json.dumps({"_aws": {"Timestamp": at_ms, "CloudWatchMetrics": [metric]}, **named, **known})

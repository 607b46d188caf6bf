"""A batch as metrics in CloudWatch's embedded metric format, one line on standard output.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json

from failover.replication.lane import Report
from lambdas.stream_replicator.settings import Settings

NAMESPACE = "Lifeboat"
COUNTED = {
    "applied": "ReplicationApplied",
    "stale": "ReplicationStale",
    "diverged": "ReplicationDiverged",
    "marked": "ReplicationMarked",
    "dead": "ReplicationDead",
}
FAILED = "ReplicationFailed"


def embedded(report: Report, settings: Settings, at: float) -> str | None:
    """Return the line; ``at`` is seconds since the epoch.

    What did not happen is left out, and all of it if nothing did: each name costs for the hours in which it is told
    (https://aws.amazon.com/cloudwatch/pricing/).
    """
    counts = {name: report.counts[counted] for counted, name in COUNTED.items()} | {FAILED: len(report.failed)}
    values = {name: float(count) for name, count in counts.items() if count}
    if not values:
        return None
    if report.newest_at is not None:
        values["ReplicationLagMs"] = max(0.0, (at - report.newest_at) * 1000)
    metric = {
        "Namespace": NAMESPACE,
        "Dimensions": [["Stack", "Table"]],
        "Metrics": [{"Name": name} for name in values],
    }
    named = {"Stack": settings.stack, "Table": settings.tables[settings.here]}
    return json.dumps({"_aws": {"Timestamp": int(at * 1000), "CloudWatchMetrics": [metric]}, **named, **values})

"""How many checks failed, in CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from datetime import datetime

from failover.readiness.report import Mark, Report

NAMESPACE = "Lifeboat"


def embedded(report: Report, stack: str, region: str, at: datetime) -> str | None:
    """Return the line, or ``None`` if there is nothing to count: a metric costs only in hours in which it is sent.

    https://aws.amazon.com/cloudwatch/pricing/
    """
    counts = {"ChecksFailed": len(report.marked(Mark.FAIL)), "ChecksWarned": len(report.marked(Mark.WARN))}
    known = {name: count for name, count in counts.items() if count}
    if not known:
        return None
    metric = {
        "Namespace": NAMESPACE,
        "Dimensions": [["Stack", "Region"]],
        "Metrics": [{"Name": name} for name in known],
    }
    told = {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [metric]}
    return json.dumps({"_aws": told, "Stack": stack, "Region": region, **known})

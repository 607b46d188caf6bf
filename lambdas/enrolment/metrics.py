"""Refusals that somebody should look at, in CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from datetime import datetime

NAMESPACE = "Lifeboat"
REFUSED = "EnrolmentsRefused"


def refusal(stack: str, region: str, at: datetime) -> str:
    """Return the line that counts one refusal."""
    metric = {"Namespace": NAMESPACE, "Dimensions": [["Stack", "Region"]], "Metrics": [{"Name": REFUSED}]}
    told = {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [metric]}
    return json.dumps({"_aws": told, "Stack": stack, "Region": region, REFUSED: 1})

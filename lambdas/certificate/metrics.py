"""How long the certificate still lasts, in CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from datetime import datetime

NAMESPACE = "Lifeboat"
DAYS_LEFT = "CertificateDaysLeft"


def embedded(days_left: float, stack: str, region: str, at: datetime) -> str:
    """Return the line."""
    metric = {"Namespace": NAMESPACE, "Dimensions": [["Stack", "Region"]], "Metrics": [{"Name": DAYS_LEFT}]}
    told = {"Timestamp": int(at.timestamp() * 1000), "CloudWatchMetrics": [metric]}
    return json.dumps({"_aws": told, "Stack": stack, "Region": region, DAYS_LEFT: round(days_left, 3)})

"""What AWS/DynamoDB says of each table, once a minute: how late its changes arrived, and how many calls it turned away.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
"""

from localcloud.injection import Injection
from localcloud.metrics import Metric, Metrics
from localcloud.mrec import Replication
from localcloud.table_calls import READS

NAMESPACE = "AWS/DynamoDB"


class TableMetrics:
    """Samples replication and the throttling that faults asked for; moto throttles nothing."""

    def __init__(self, replication: Replication, injection: Injection, metrics: Metrics) -> None:
        self._replication = replication
        self._injection = injection
        self._metrics = metrics

    def tick(self) -> None:
        """Take what there was since the last sample."""
        for (source, target, table), seconds in self._replication.take_latencies().items():
            found = self._metric(source, "ReplicationLatency", TableName=table, ReceivingRegion=target)
            self._metrics.put(found, seconds * 1000, "Milliseconds")
        for (region, table, operation), calls in self._injection.take_throttled().items():
            verb = "Read" if operation in READS else "Write"
            self._metrics.put(self._metric(region, f"{verb}ThrottleEvents", TableName=table), calls)

    def _metric(self, region: str, name: str, **dimensions: str) -> Metric:
        return Metric(region=region, namespace=NAMESPACE, name=name, dimensions=tuple(dimensions.items()))

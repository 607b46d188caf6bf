"""The metrics of event source mappings: the function's, and the mapping's own if it was asked for them.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
"""

from moto.awslambda.models import EventSourceMapping

from localcloud.metrics import Metric, Metrics

NAMESPACE = "AWS/Lambda"


class MappingMetrics:
    """Puts metrics in the region of the mapping."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def iterator_age(self, mapping: EventSourceMapping, seconds: float) -> None:
        """Put the age of a batch's last record when the batch was done with."""
        self._of_function(mapping, "IteratorAge", max(0.0, seconds) * 1000, "Milliseconds")

    def delivery_failed(self, mapping: EventSourceMapping) -> None:
        """Count a record that did not get to the mapping's destination."""
        self._of_function(mapping, "DestinationDeliveryFailures", 1, "Count")

    def count(self, mapping: EventSourceMapping, metric: str, events: int) -> None:
        """Count events of a mapping whose ``MetricsConfig`` asks for it."""
        if events and "EventCount" in ((mapping.metrics or {}).get("Metrics") or ()):
            dimensions = (("EventSourceMappingUUID", mapping.uuid),)
            found = Metric(region=mapping.region, namespace=NAMESPACE, name=metric, dimensions=dimensions)
            self._metrics.put(found, events)

    def _of_function(self, mapping: EventSourceMapping, name: str, value: float, unit: str) -> None:
        dimensions = (("FunctionName", mapping.function_arn.split(":")[6]),)
        found = Metric(region=mapping.region, namespace=NAMESPACE, name=name, dimensions=dimensions)
        self._metrics.put(found, value, unit)

"""What AWS/SQS says of each queue, once a minute.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from collections.abc import Iterator

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sqs.models import Queue, sqs_backends

from localcloud.gateway import Gateway
from localcloud.metrics import Metric, Metrics


class QueueMetrics:
    """Samples all queues of the regions that are up."""

    def __init__(self, gateway: Gateway, metrics: Metrics) -> None:
        self._gateway = gateway
        self._metrics = metrics

    def tick(self) -> None:
        """Take one sample of each queue."""
        for region, queue in list(self._queues()):
            dimensions = (("QueueName", queue.name),)
            for name, value, unit in self._values(queue):
                metric = Metric(region=region, namespace="AWS/SQS", name=name, dimensions=dimensions)
                self._metrics.put(metric, value, unit)

    def _queues(self) -> Iterator[tuple[str, Queue]]:
        with self._gateway.lock("sqs"):
            for region, backend in sqs_backends[DEFAULT_ACCOUNT_ID].items():
                if self._gateway.world.up(str(region)):
                    yield from [(str(region), queue) for queue in backend.queues.values()]

    def _values(self, queue: Queue) -> list[tuple[str, float, str]]:
        with self._gateway.lock("sqs"):
            visible = list(queue.messages)
            sent = [float(str(message.sent_timestamp)) for message in queue._messages]  # noqa: SLF001 those in flight count too
        age = self._metrics.clock().timestamp() - min(sent) / 1000 if sent else 0.0
        return [
            ("ApproximateNumberOfMessagesVisible", float(len(visible)), "Count"),
            ("ApproximateAgeOfOldestMessage", max(0.0, age), "Seconds"),
        ]

"""Metrics, kept by moto's CloudWatch so that its API shows them: put by services, by log lines and by callers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from moto.cloudwatch.models import MetricAggregatedDatum, MetricDatum, MetricDatumBase, cloudwatch_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from localcloud.gateway import Gateway

KEPT = timedelta(hours=3)
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return this machine's time."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Metric:
    """The identity of one series; dimensions are part of it, as on AWS."""

    region: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Some values of a series at one time: one value, or a statistic set."""

    at: datetime
    total: float
    count: float
    smallest: float
    largest: float


class Metrics:
    """Writes samples to moto's store, reads them back by series, and forgets what is older than ``KEPT``."""

    def __init__(self, gateway: Gateway, clock: Clock = utc_now) -> None:
        self._gateway = gateway
        self.clock = clock

    def put(self, metric: Metric, value: float, unit: str = "Count", at: datetime | None = None) -> None:
        """Add one value, now unless told when."""
        dimensions = [{"Name": name, "Value": text} for name, text in metric.dimensions]
        datum = {
            "MetricName": metric.name,
            "Dimensions": dimensions,
            "Value": value,
            "Timestamp": (at or self.clock()).replace(tzinfo=None),
            "Unit": unit,
        }
        with self._gateway.lock("cloudwatch"):
            cloudwatch_backends[DEFAULT_ACCOUNT_ID][metric.region].put_metric_data(metric.namespace, [datum])

    def samples(self, metric: Metric, since: datetime) -> list[Sample]:
        """Return the samples of one series from ``since`` on, in no order."""
        wanted = set(metric.dimensions)
        with self._gateway.lock("cloudwatch"):
            data = list(cloudwatch_backends[DEFAULT_ACCOUNT_ID][metric.region].metric_data)
        of_series = (
            datum
            for datum in data
            if datum.name == metric.name
            and datum.namespace == metric.namespace
            and {(dimension.name, dimension.value) for dimension in datum.dimensions} == wanted
        )
        return [sample for sample in map(_sample, of_series) if sample.at >= since]

    def forget_old(self) -> None:
        """Drop what no alarm can ask for any more."""
        oldest = self.clock() - KEPT
        with self._gateway.lock("cloudwatch"):
            for backend in cloudwatch_backends[DEFAULT_ACCOUNT_ID].values():
                backend.metric_data = [datum for datum in backend.metric_data if _at(datum) >= oldest]


def _at(datum: MetricDatumBase) -> datetime:
    return datum.timestamp if datum.timestamp.tzinfo else datum.timestamp.replace(tzinfo=UTC)


def _sample(datum: MetricDatumBase) -> Sample:
    if isinstance(datum, MetricAggregatedDatum):
        return Sample(at=_at(datum), total=datum.sum, count=datum.sample_count, smallest=datum.min, largest=datum.max)
    value = datum.value if isinstance(datum, MetricDatum) else 0.0
    return Sample(at=_at(datum), total=value, count=1, smallest=value, largest=value)

"""Metrics that come as log lines, in CloudWatch's embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from localcloud.metrics import Metric

log = logging.getLogger(__name__)

Fields: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One value of one series."""

    metric: Metric
    value: float
    unit: str


def embedded_metrics(region: str, line: str) -> list[Measured]:
    """Return what a log line measures; nothing if it is not in the format, or is broken."""
    if '"_aws"' not in line:
        return []
    try:
        record = _object(json.loads(line))
        directives = _list(_object(record["_aws"])["CloudWatchMetrics"])
        return [found for directive in directives for found in _measured(region, record, _object(directive))]
    except (ValueError, KeyError, TypeError) as error:
        log.warning("log line is no embedded metric", extra={"line": line[:500], "error": repr(error)})
        return []


def _measured(region: str, record: Fields, directive: Fields) -> Iterator[Measured]:
    """Yield every value of every metric, once for each set of dimensions."""
    for names in _list(directive.get("Dimensions") or [[]]):
        dimensions = tuple((str(name), str(record[str(name)])) for name in _list(names))
        for declared in map(_object, _list(directive["Metrics"])):
            name, namespace = str(declared["Name"]), str(directive["Namespace"])
            metric = Metric(region=region, namespace=namespace, name=name, dimensions=dimensions)
            for value in _values(record[name]):
                yield Measured(metric=metric, value=value, unit=str(declared.get("Unit", "None")))


def _values(given: object) -> list[float]:
    return [float(str(value)) for value in (given if isinstance(given, list) else [given])]


def _object(value: object) -> Fields:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is not an object")
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return value

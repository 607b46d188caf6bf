"""What a resource uses in a month, before anybody asks what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# AWS's own month of 730 hours (https://docs.aws.amazon.com/pricing-calculator/latest/userguide/getting-started.html).
HOURS_A_MONTH = 730
SECONDS_A_MONTH = HOURS_A_MONTH * 3600
GIGABYTE = 10**9
# What the protocol asks for; what the application asks of its tables; the application tier, on Linode and in AWS.
Part = Literal["control plane", "application", "app tier"]


class Unpriced(ValueError):
    """Something is declared of which the forecast does not know whether it costs anything."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """``quantity`` is in the units of the price table's ``meter``; ``why`` is the arithmetic in words."""

    region: str
    resource: str
    part: Part
    meter: str
    quantity: float
    why: str


@dataclass(frozen=True, kw_only=True)
class Load:
    """What the application asks of its tables, by their names in config; all zero unless said.

    ``gigabytes`` count a table with its indexes, once; ``clients`` are processes that watch the tier's row;
    ``around_client`` is the share of the writes, 0 to 1, that bare boto3 makes.
    """

    writes_per_second: Mapping[str, float] = field(default_factory=dict)
    reads_per_second: Mapping[str, float] = field(default_factory=dict)
    gigabytes: Mapping[str, float] = field(default_factory=dict)
    item_kilobytes: float = 1.0
    clients: float = 0.0
    around_client: float = 0.0

"""What the names that people use cost: the zone, its health checks, and the objects that these read."""

import re
from collections.abc import Iterator

from evaluation import Registration
from ops.forecast.demand import Demand, sequence
from ops.forecast.usage import SECONDS_A_MONTH, Unpriced, Usage

ZONE = "aws:route53/zone:Zone"
CHECK = "aws:route53/healthCheck:HealthCheck"
RECORD = "aws:route53/record:Record"
CALCULATED = "CALCULATED"
FAST_SECONDS, USUAL_SECONDS = 10, 30
# Of a check without a list of regions, an endpoint sees a request about every two seconds at an interval of 30: some
# 15 checkers in eight regions (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html).
CHECKERS_IN_A_REGION, CHECKING_REGIONS = 2, 8
BUCKET_HOST = re.compile(r"[a-z0-9-]+\.s3\.([a-z0-9-]+)\.amazonaws\.com")
AWS_HOST = ".amazonaws.com"


def zone_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield a hosted zone; queries are told by the million."""
    yield _usage(one, "hosted-zones", 1, "one zone")


def check_usages(one: Registration, _demand: Demand) -> Iterator[Usage]:
    """Yield a health check, the options that cost extra, and what it reads of a bucket.

    Raises:
        Unpriced: it looks at an alarm.
    """
    kind = str(one.inputs["type"])
    if kind not in (CALCULATED, "HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"):
        raise Unpriced(f"{one.name} is a health check of type {kind}; the forecast knows endpoints and calculated ones")
    host = str(one.inputs.get("fqdn") or "")
    outside = "" if kind == CALCULATED or host.endswith(AWS_HOST) else "outside-"
    looked_at = "other checks" if kind == CALCULATED else host or "an address"
    yield _usage(one, f"{outside}health-checks", 1, f"of {looked_at}")
    options = _options(one, kind)
    yield _usage(one, f"{outside}health-check-options", len(options), ", ".join(options))
    yield from _reads(one, host)


def interval_of(one: Registration) -> float:
    """Return the seconds between two requests of one checker."""
    return float(str(one.inputs.get("requestInterval") or USUAL_SECONDS))


def _options(one: Registration, kind: str) -> list[str]:
    """Name what costs extra (https://aws.amazon.com/route53/pricing/#Health_Checks)."""
    asked = {
        "HTTPS": kind.startswith("HTTPS"),
        "string match": kind.endswith("_STR_MATCH"),
        "fast interval": kind != CALCULATED and interval_of(one) == FAST_SECONDS,
        "latency": one.inputs.get("measureLatency") is True,
    }
    return [name for name, is_asked in asked.items() if is_asked]


def _reads(one: Registration, host: str) -> Iterator[Usage]:
    """Yield the requests of all checkers where they are paid for, by the owner of the bucket that answers."""
    bucket = BUCKET_HOST.fullmatch(host)
    if bucket is None:
        return
    regions = len(sequence(one.inputs.get("regions"))) or CHECKING_REGIONS
    checkers = regions * CHECKERS_IN_A_REGION
    reads = checkers * SECONDS_A_MONTH / interval_of(one)
    yield _usage(one, "bucket-reads", reads, f"{checkers} checkers, each every {interval_of(one):g} s", bucket[1])


def _usage(one: Registration, meter: str, quantity: float, why: str, region: str | None = None) -> Usage:
    return Usage(
        region=region or one.region, resource=one.name, part="app tier", meter=meter, quantity=quantity, why=why
    )

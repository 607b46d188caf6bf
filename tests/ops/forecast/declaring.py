"""Registrations as a program of the application tier makes them, by hand."""

from dataclasses import replace

from evaluation import Evaluation, Registration, Value
from ops.forecast.demand import MACHINE
from ops.forecast.tiers import is_of_app_tier

LINODE = "linode:index/"


def declared(type_: str, name: str, provider_region: str = "", /, **inputs: Value) -> Registration:
    """Return one resource of a component of the application tier; ``provider_region`` is its provider's."""
    return Registration(
        urn=f"urn:pulumi:prod::lifeboat::lifeboat:linode:Site${type_}::{name}",
        type=type_,
        name=name,
        parent="",
        provider="",
        region=provider_region,
        inputs=inputs,
        secret_paths=(),
        dependencies=(),
        property_dependencies={},
        protect=False,
        ignore_changes=(),
        retain_on_delete=False,
        custom=True,
    )


def machine(region: str = "us-ord", plan: str = "g6-standard-2", number: int = 1, **inputs: Value) -> Registration:
    """Return a machine of a pool."""
    name = f"web-{number}-linode-{region}-instance"
    return declared(MACHINE, name, **{"region": region, "type": plan, **inputs})


def check(**inputs: Value) -> Registration:
    """Return a health check of a switch object."""
    of_a_switch: dict[str, Value] = {
        "type": "HTTPS_STR_MATCH",
        "fqdn": "lifeboat-prod-switch-111122223333-us-east-2.s3.us-east-2.amazonaws.com",
        "requestInterval": 10,
        "regions": ["us-east-1", "us-west-2", "eu-west-1"],
    }
    return declared("aws:route53/healthCheck:HealthCheck", "switch-check", "us-east-1", **{**of_a_switch, **inputs})


def record(**inputs: Value) -> Registration:
    """Return a record of the name that people use."""
    moving: dict[str, Value] = {"ttl": 20, "failoverRoutingPolicies": [{"type": "PRIMARY"}], "healthCheckId": "1"}
    return declared("aws:route53/record:Record", "name-primary", "us-east-1", **{**moving, **inputs})


def with_more(evaluation: Evaluation, *more: Registration) -> Evaluation:
    """Return a program that declares more."""
    return replace(evaluation, registrations=(*evaluation.registrations, *more))


def without_app_tier(evaluation: Evaluation) -> Evaluation:
    """Return a program that declares nothing of the application tier, whatever it did."""
    return replace(evaluation, registrations=tuple(one for one in evaluation.registrations if not is_of_app_tier(one)))

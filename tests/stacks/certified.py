"""A stack with the certificate of a name, of which no more is declared than what it needs."""

import functools
import json
import os
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from evaluation import Create, Evaluation, evaluate
from stacks.certificate import CertifiedName, build_certificates
from stacks.certificate_settings import read_certificates
from stacks.config_section import Section
from stacks.control import build_control
from stacks.data import build_data
from stacks.providers import build_providers
from stacks.settings import Settings

NAME, ZONE = "shop.example.com", "example.com"
NAMES = (NAME, f"primary.{NAME}", f"secondary.{NAME}")
ACME: Mapping[str, object] = {"contact": "ops@example.com", "termsAgreed": True}


def certified(
    stack: str = "prod", *, preview: bool = False, route53: bool = True, **certificates: object
) -> Evaluation:
    """Evaluate a stack with these settings of the certificate, the same ones once."""
    return _certified(stack, preview, route53, json.dumps(certificates or ACME, sort_keys=True))


@functools.cache
def _certified(stack: str, preview: bool, route53: bool, certificates: str) -> Evaluation:
    return evaluate(stack, preview=preview, program=functools.partial(program, json.loads(certificates), route53))


def deployed(create: Create, config: Mapping[str, object], certificates: Mapping[str, object]) -> Evaluation:
    """Deploy `local` with the certificate."""
    return evaluate("local", config=config, create=create, program=functools.partial(program, certificates, True))


def program(certificates: Mapping[str, object], route53: bool) -> None:
    """Declare the control plane, the data and the certificate as the whole program does."""
    settings = Settings.load(pulumi.get_stack(), os.environ["PULUMI_CONFIG"])
    providers = build_providers(settings)
    control = build_control(settings, providers)
    build_data(settings, providers)
    read = read_certificates(Section("lifeboat:traffic.certificates", certificates))
    home = control.home_region
    zone_id = None
    if route53 and read.issuer == "acme":
        here = pulumi.ResourceOptions(provider=providers.aws[home])
        zone_id = aws.route53.Zone(f"traffic-aws-{home}-zone", name=ZONE, opts=here).id
    name = CertifiedName(name=NAME, zone=ZONE, zone_id=zone_id, certificates=read)
    build_certificates(settings, providers, control, name)

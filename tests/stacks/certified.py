"""A stack whose name is certified in one way or another."""

import functools
import json
from collections.abc import Mapping

from evaluation import Create, Evaluation, evaluate
from tests.stacks.named import TRAFFIC

NAME, ZONE = str(TRAFFIC["name"]), str(TRAFFIC["zone"])
NAMES = (NAME, f"primary.{NAME}", f"secondary.{NAME}")
ACME: Mapping[str, object] = {"contact": "ops@example.com", "termsAgreed": True}


def certified(
    stack: str = "prod", *, preview: bool = False, route53: bool = True, **certificates: object
) -> Evaluation:
    """Evaluate a stack with these settings of the certificate, the same ones once."""
    return _certified(stack, preview, route53, json.dumps(certificates or ACME, sort_keys=True))


@functools.cache
def _certified(stack: str, preview: bool, route53: bool, certificates: str) -> Evaluation:
    return evaluate(stack, config=_config(json.loads(certificates), route53), preview=preview)


def deployed(create: Create, config: Mapping[str, object], certificates: Mapping[str, object]) -> Evaluation:
    """Deploy `local` with the certificate."""
    return evaluate("local", config={**config, **_config(certificates, True)}, create=create)


def _config(certificates: Mapping[str, object], route53: bool) -> dict[str, object]:
    provider = "route53" if route53 else "linode"
    return {"traffic": {**TRAFFIC, "provider": provider, "certificates": certificates}}

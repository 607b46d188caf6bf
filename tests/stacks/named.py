"""Production with a name that leads to its two sites."""

import functools
import json
from collections.abc import Mapping

from evaluation import Evaluation, evaluate
from evaluation.project import stack_config

TRAFFIC: Mapping[str, object] = {
    "name": "shop.example.com",
    "zone": "example.com",
    "certificates": {"contact": "ops@example.com", "termsAgreed": True},
}


def named(
    changes: Mapping[str, object] | None = None, *, preview: bool = False, ingress: str = "nodebalancer"
) -> Evaluation:
    """Evaluate production with settings of the name changed, the same ones once."""
    return _named(json.dumps({**TRAFFIC, **(changes or {})}, sort_keys=True), preview, ingress)


@functools.cache
def _named(traffic: str, preview: bool, ingress: str) -> Evaluation:
    app = json.loads(stack_config("prod", {})["lifeboat:app"])
    config = {"traffic": json.loads(traffic), "app": {**app, "ingress": ingress}}
    return evaluate("prod", config=config, preview=preview)

"""Evaluation, on which all other tests stand, registers what the real engine registers."""

import json
from collections.abc import Mapping
from dataclasses import replace

from evaluation import Registration, Value, evaluate
from tests.engine.registered import by_engine, by_evaluation, differences
from tests.engine.workplace import STACK, Workplace
from tests.stacks.registered import known


def test_what_the_engine_deployed_is_what_evaluation_records(deployed: Workplace) -> None:
    kept = {one["urn"]: one for one in deployed.state()}

    def created(one: Registration) -> tuple[str, Mapping[str, Value]]:
        """Return what the provider returned to the engine."""
        return kept[one.urn]["id"], kept[one.urn]["outputs"]

    recorded = by_evaluation(evaluate(STACK, create=created))
    assert differences(by_engine(kept.values()), recorded) == {}
    assert len(recorded) == len(kept) - 1  # the stack itself


def test_what_the_engine_previews_is_what_evaluation_previews_and_up_deploys(
    empty: Workplace, deployed: Workplace
) -> None:
    steps = json.loads(empty.preview("--json", f"--policy-pack={empty.pack}"))["steps"]
    previewed = by_engine(step["newState"] for step in steps)
    recorded = by_evaluation(evaluate(STACK, preview=True))
    assert differences(previewed, recorded) == {}
    assert set(previewed) == set(recorded) == set(by_engine(deployed.state()))


def test_the_stack_tells_the_engine_what_it_tells_evaluation(deployed: Workplace) -> None:
    [stack] = [one for one in deployed.state() if one["type"] == "pulumi:pulumi:Stack"]
    evaluated = evaluate(STACK)
    assert known(replace(evaluated, outputs=stack["outputs"])) == known(evaluated)

import dataclasses
from pathlib import Path

import pulumi
import pulumi_aws as aws
import pytest

from drills import program
from drills.program import RunTimeDeclared
from drills.running import under_way
from evaluation import Evaluation, committed, evaluate
from tests.drills.staged import Staged, staged


@pytest.fixture(scope="module")
def declared() -> Evaluation:
    return committed("local")


def run(folder: Path, *evaluations: Evaluation) -> Staged:
    stage = staged(folder)
    stage.operator.evaluations.extend(evaluations)
    with under_way(stage.drill):
        program.evaluate_program()
        program.evaluate_program_again()
    return stage


def test_a_program_that_declares_the_same_again_passes(tmp_path: Path, declared: Evaluation) -> None:
    run(tmp_path, declared, evaluate("local"))


def test_a_resource_that_came_out_otherwise_is_named(tmp_path: Path, declared: Evaluation) -> None:
    first, *rest = declared.registrations
    other = dataclasses.replace(first, inputs={**first.inputs, "active": "secondary"})
    with pytest.raises(RunTimeDeclared, match=f"{first.name} changed"):
        run(tmp_path, declared, dataclasses.replace(declared, registrations=(other, *rest)))


def test_a_resource_that_holds_a_value_of_run_time_is_named(tmp_path: Path) -> None:
    def declare() -> None:
        provider = aws.Provider("aws-us-east-1", region="us-east-1", allowed_account_ids=["123456789012"])
        named = pulumi.ResourceOptions(provider=provider)
        aws.ssm.Parameter("active-region", type="String", value="us-east-1", opts=named)

    declaring = evaluate("local", program=declare)
    with pytest.raises(RunTimeDeclared, match="active-region declares an SSM parameter's value"):
        run(tmp_path, declaring, declaring)

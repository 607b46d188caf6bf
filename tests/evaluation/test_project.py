"""Config is read as the engine reads it."""

import json

import pytest

from evaluation import Refused, evaluate
from evaluation.project import stack_config

DATA = {"primaryRegion": "us-east-1", "secondaryRegion": "us-west-2"}


def test_every_value_is_a_text_and_objects_are_json() -> None:
    config = stack_config("prod", {"protectData": False, "data": DATA})
    assert config["lifeboat:accountId"] == "111122223333"
    assert config["lifeboat:protectData"] == "false"
    assert json.loads(config["lifeboat:data"]) == DATA


def test_defaults_of_the_project_count_where_the_stack_is_silent() -> None:
    assert json.loads(stack_config("prod", {})["lifeboat:protocol"]) == {}


def test_an_override_may_name_another_namespace() -> None:
    assert stack_config("prod", {"aws:region": "us-east-1"})["aws:region"] == "us-east-1"


@pytest.mark.parametrize(
    ("stack", "overrides", "why"),
    [
        ("prd", {}, "Pulumi.prd.yaml is missing; stacks are local, prod, staging"),
        ("prod", {"accountId": None}, "missing configuration value 'accountId'"),
        ("prod", {"accountId": 111122223333}, "'accountId' must be of type 'string'"),
        ("prod", {"control": "us-east-1"}, "'control' must be of type 'object'"),
        ("prod", {"protectData": 1}, "'protectData' must be of type 'boolean'"),
    ],
)
def test_missing_and_mistyped_values_stop_before_the_program(
    stack: str, overrides: dict[str, object], why: str
) -> None:
    with pytest.raises(Refused, match=why):
        stack_config(stack, overrides)


def test_a_key_that_nobody_reads_stops_the_program() -> None:
    with pytest.raises(Exception, match="lifeboat:protectdata is not a setting; did you mean 'protectData'"):
        evaluate("prod", config={"protectdata": True})

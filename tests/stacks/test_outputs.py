"""Other stacks, the command line and runbooks read outputs: their names and types are on record."""

import json
from pathlib import Path

from evaluation import Evaluation

RECORD = Path(__file__).with_name("outputs.json")


def test_names_and_types_are_those_on_record(stack: Evaluation) -> None:
    shape = {name: type(value).__name__ for name, value in stack.outputs.items() if name != "lifeboat"}
    assert shape == json.loads(RECORD.read_text())


def test_flat_outputs_stay_few(prod: Evaluation) -> None:
    assert len(prod.outputs) - 1 <= 20


def test_the_object_says_the_same_and_its_schema(prod: Evaluation) -> None:
    flat = {name: value for name, value in prod.outputs.items() if name != "lifeboat"}
    assert prod.outputs["lifeboat"] == {"schema": 1, **flat}

"""What moto is spared changes nothing of what it answers."""

from collections.abc import Iterator
from typing import Any

import boto3
import hypothesis
import pytest
from hypothesis import strategies as st
from moto import mock_aws

WORDS = st.text(min_size=1, max_size=5)
NUMBERS = st.integers(-999, 999).map(str)
LEAVES = st.one_of(
    st.fixed_dictionaries({"S": WORDS}),
    st.fixed_dictionaries({"N": NUMBERS}),
    st.fixed_dictionaries({"BOOL": st.booleans()}),
    st.just({"NULL": True}),
    st.fixed_dictionaries({"B": st.binary(min_size=1, max_size=5)}),
    st.fixed_dictionaries({"SS": st.lists(WORDS, min_size=1, max_size=3, unique=True)}),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"L": st.lists(inner, max_size=3)}),
        st.fixed_dictionaries({"M": st.dictionaries(WORDS, inner, max_size=3)}),
    ),
    max_leaves=8,
)


@pytest.fixture
def table() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb", "us-east-1")
        client.create_table(
            TableName="table",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        yield client


@hypothesis.settings(max_examples=60, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(value=VALUES)
def test_whatever_was_written_is_read_as_it_was(table: Any, value: dict[str, Any]) -> None:
    item = {"id": {"S": "one"}, "value": value}
    table.put_item(TableName="table", Item=item)
    assert sorted_sets(table.get_item(TableName="table", Key={"id": {"S": "one"}})["Item"]) == sorted_sets(item)


def sorted_sets(value: Any) -> Any:
    """Return an item whose sets have an order."""
    if isinstance(value, dict):
        return {name: sorted(held) if name == "SS" else sorted_sets(held) for name, held in value.items()}
    return [sorted_sets(one) for one in value] if isinstance(value, list) else value

"""A request that was kept as text is the same request again."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from failover.request_text import NotText, from_text, key_text, to_text

TEXTS = st.text(max_size=8)
BINARY = st.binary(max_size=8)
NUMBERS = st.integers().map(str) | st.decimals(allow_nan=False, allow_infinity=False, places=3).map(str)
SCALARS: st.SearchStrategy[Any] = (
    st.builds(dict, S=TEXTS)
    | st.builds(dict, N=NUMBERS)
    | st.builds(dict, B=BINARY)
    | st.builds(dict, BOOL=st.booleans())
    | st.just({"NULL": True})
    | st.builds(dict, SS=st.lists(TEXTS, min_size=1, max_size=3))
    | st.builds(dict, NS=st.lists(NUMBERS, min_size=1, max_size=3))
    | st.builds(dict, BS=st.lists(BINARY, min_size=1, max_size=3))
)
NAMES = TEXTS | st.sampled_from(["b64", "B", "S"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.builds(dict, L=st.lists(inner, max_size=3)) | st.builds(dict, M=st.dictionaries(NAMES, inner)),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, VALUES, max_size=4), st.dictionaries(NAMES, TEXTS, max_size=3))
def test_every_request_comes_back_as_it_was(item: dict[str, Any], names: dict[str, str]) -> None:
    request = {"Item": item, "ExpressionAttributeNames": {f"#{name}": value for name, value in names.items()}}
    assert from_text(to_text(request)) == request


def test_the_order_of_attributes_makes_no_difference() -> None:
    assert to_text({"a": {"S": "1"}, "b": {"S": "2"}}) == to_text({"b": {"S": "2"}, "a": {"S": "1"}})


@pytest.mark.parametrize("value", [{"S": {"a set"}}, {"N": 1j}, object()])
def test_what_boto3_would_refuse_is_refused(value: object) -> None:
    with pytest.raises(NotText, match="boto3"):
        to_text({"Item": {"id": value}})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"N": "1"}, {"N": "1.0"}),
        ({"N": "100"}, {"N": "1E+2"}),
        ({"N": "0"}, {"N": "-0.00"}),
        ({"B": b"x"}, {"B": bytearray(b"x")}),
    ],
)
def test_one_key_has_one_text_however_it_is_spelled(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert key_text({"id": one}, ("id",)) == key_text({"id": other, "more": {"S": "x"}}, ("id",))


@pytest.mark.parametrize("other", [{"S": "1"}, {"N": "2"}, {"B": b"1"}])
def test_other_keys_have_other_texts(other: dict[str, Any]) -> None:
    assert key_text({"id": {"N": "1"}}, ("id",)) != key_text({"id": other}, ("id",))


def test_an_item_without_its_key_is_refused() -> None:
    with pytest.raises(NotText, match="sk"):
        key_text({"pk": {"S": "1"}}, ("pk", "sk"))

"""Equal items have equal digests, however they are spelt; any change of a value is seen."""

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from failover.resync.digests import canonical, digest_of, key_named, key_of, name_of

numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9)
scalars = st.one_of(
    st.builds(lambda text: {"S": text}, st.text(max_size=6)),
    st.builds(lambda number: {"N": str(number)}, numbers),
    st.builds(lambda held: {"B": held}, st.binary(max_size=6)),
    st.builds(lambda held: {"BOOL": held}, st.booleans()),
    st.just({"NULL": True}),
    st.builds(lambda held: {"SS": held}, st.lists(st.text(max_size=4), min_size=1, max_size=4, unique=True)),
    st.builds(lambda held: {"NS": [str(one) for one in held]}, st.lists(numbers, min_size=1, max_size=4, unique=True)),
    st.builds(lambda held: {"BS": held}, st.lists(st.binary(max_size=4), min_size=1, max_size=4, unique=True)),
)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.builds(lambda held: {"L": held}, st.lists(inner, max_size=3)),
        st.builds(lambda held: {"M": held}, st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    ),
    max_leaves=12,
)
items = st.dictionaries(st.text(min_size=1, max_size=4), values, max_size=4)


def respelt(value: Any, dice: random.Random) -> Any:
    """Return the same value as another writer, or another answer of the service, may spell it."""
    ((kind, held),) = value.items()
    match kind:
        case "N":
            return {"N": spelt(held, dice)}
        case "NS":
            return {"NS": shuffled([spelt(one, dice) for one in held], dice)}
        case "SS" | "BS":
            return {kind: shuffled(held, dice)}
        case "L":
            return {"L": [respelt(one, dice) for one in held]}
        case "M":
            return {"M": dict(shuffled([(name, respelt(one, dice)) for name, one in held.items()], dice))}
        case _:
            return value


def spelt(number: str, dice: random.Random) -> str:
    forms = (f"{Decimal(number):f}", f"{Decimal(number):E}", f"{Decimal(number):f}0")
    return dice.choice(forms) if "." in number else number


def shuffled(held: list[Any], dice: random.Random) -> list[Any]:
    return dice.sample(held, len(held))


def meant(value: Any) -> Any:
    """Say what a value means, in Python's own terms."""
    ((kind, held),) = value.items()
    match kind:
        case "N":
            return kind, Decimal(held)
        case "NS":
            return kind, frozenset(map(Decimal, held))
        case "SS" | "BS":
            return kind, frozenset(held)
        case "L":
            return kind, tuple(meant(one) for one in held)
        case "M":
            return kind, frozenset((name, meant(one)) for name, one in held.items())
        case _:
            return kind, held


@given(items, st.randoms(use_true_random=False))
def test_the_order_of_sets_and_maps_and_the_spelling_of_numbers_change_nothing(item: Any, dice: random.Random) -> None:
    assert digest_of(item) == digest_of(respelt({"M": item}, dice)["M"])


@given(values, values)
def test_two_values_are_written_alike_exactly_if_they_mean_the_same(one: Any, two: Any) -> None:
    assert (canonical(one) == canonical(two)) == (meant(one) == meant(two))


@given(items, st.text(min_size=1, max_size=4), values)
def test_a_changed_added_or_missing_attribute_is_seen(item: Any, name: str, value: Any) -> None:
    changed = {**item, name: value}
    assume(name not in item or meant(item[name]) != meant(value))
    assert digest_of(changed) != digest_of(item)
    assert digest_of({one: held for one, held in changed.items() if one != name}) != digest_of(changed)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"S": "1"}, {"N": "1"}),
        ({"S": "a"}, {"B": b"a"}),
        ({"SS": ["1"]}, {"NS": ["1"]}),
        ({"SS": ["a"]}, {"S": "a"}),
        ({"L": []}, {"M": {}}),
        ({"L": [{"S": "a"}, {"S": "b"}]}, {"L": [{"S": "b"}, {"S": "a"}]}),
        ({"L": [{"L": [{"S": "a"}]}]}, {"L": [{"L": []}, {"S": "a"}]}),
        ({"SS": ["ab", "c"]}, {"SS": ["a", "bc"]}),
        ({"BOOL": False}, {"BOOL": True}),
        ({"NULL": True}, {"BOOL": True}),
        ({"N": "0.00000000000000000000000000000000000001"}, {"N": "0.00000000000000000000000000000000000002"}),
        ({"N": "12345678901234567890123456789012345678"}, {"N": "12345678901234567890123456789012345679"}),
    ],
)
def test_values_that_differ_are_told_apart(one: Any, two: Any) -> None:
    assert digest_of({"a": one}) != digest_of({"a": two})


@pytest.mark.parametrize(("one", "two"), [("1", "1.0"), ("100", "1E2"), ("0", "-0.0"), ("-1.50", "-1.5")])
def test_numbers_count_by_their_value(one: str, two: str) -> None:
    assert digest_of({"a": {"N": one}}) == digest_of({"a": {"N": two}})
    assert digest_of({"a": {"NS": [one, "7"]}}) == digest_of({"a": {"NS": ["7.0", two]}})


def test_the_stamp_and_what_stays_in_its_region_do_not_count() -> None:
    item = {"id": {"S": "a"}}
    more = {**item, "_lifeboat": {"M": {}}, "home": {"S": "eu"}}
    assert digest_of(more, frozenset({"home"})) == digest_of(item)
    assert digest_of(more) != digest_of(item)


def test_a_type_unknown_is_refused_instead_of_taken_for_another() -> None:
    with pytest.raises(ValueError, match="unknown"):
        digest_of({"a": {"X": "1"}})


key_values = st.one_of(
    st.builds(lambda text: {"S": text}, st.text(max_size=2)),
    st.builds(lambda number: {"N": str(number)}, numbers),
    st.builds(lambda held: {"B": held}, st.binary(max_size=2)),
)
keys = st.builds(lambda one, two: {"pk": one, "sk": two}, key_values, key_values)


@given(keys, keys)
def test_keys_are_named_alike_exactly_if_they_mean_the_same(one: Any, two: Any) -> None:
    assert (name_of(one) == name_of(two)) == (meant({"M": one}) == meant({"M": two}))


@given(keys)
def test_a_key_can_be_read_back_from_its_name(key: Any) -> None:
    assert meant({"M": key_named(name_of(key))}) == meant({"M": key})
    assert key_of({**key, "value": {"S": "x"}}, ("pk", "sk")) == key

"""Filter patterns by Lambda's own list of rules, and what is refused."""

import json

import pytest

from localcloud.record_filters import BadFilter, wanted_by

RECORD = {
    "eventName": "MODIFY",
    "dynamodb": {
        "SizeBytes": 120,
        "Keys": {"id": {"S": "order-7"}},
        "NewImage": {
            "id": {"S": "order-7"},
            "status": {"S": "Shipped"},
            "price": {"N": "100"},
            "paid": {"BOOL": True},
            "tags": {"SS": ["urgent", "fragile"]},
            "note": {"NULL": True},
            "empty": {"S": ""},
            "address": {"M": {"city": {"S": "Oslo"}}},
            "nothing": {"S": None},
        },
    },
}


def new(**fields: object) -> dict[str, object]:
    return {"dynamodb": {"NewImage": fields}}


def criteria(*patterns: object) -> dict[str, object]:
    return {"Filters": [{"Pattern": json.dumps(pattern)} for pattern in patterns]}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ({}, True),
        ({"eventName": ["MODIFY"]}, True),
        ({"eventName": ["INSERT"]}, False),
        ({"eventName": ["INSERT", "MODIFY"]}, True),
        ({"eventName": ["MODIFY"], **new(status={"S": ["Shipped"]})}, True),
        ({"eventName": ["INSERT"], **new(status={"S": ["Shipped"]})}, False),
        (new(status={"S": ["shipped"]}), False),
        (new(status={"S": [{"equals-ignore-case": "shipped"}]}), True),
        (new(status={"S": [{"equals-ignore-case": "lost"}]}), False),
        (new(id={"S": [{"prefix": "order-"}]}), True),
        (new(id={"S": [{"prefix": "cart-"}]}), False),
        (new(id={"S": [{"suffix": "-7"}]}), True),
        (new(id={"S": [{"suffix": "-8"}]}), False),
        (new(status={"S": [{"anything-but": ["Lost"]}]}), True),
        (new(status={"S": [{"anything-but": "Shipped"}]}), False),
        (new(absent={"S": [{"anything-but": ["Lost"]}]}), False),
        (new(status={"S": [{"exists": True}]}), True),
        (new(absent={"S": [{"exists": True}]}), False),
        (new(absent={"S": [{"exists": False}]}), True),
        (new(status={"S": [{"exists": False}]}), False),
        ({"dynamodb": {"OldImage": {"id": {"S": [{"exists": False}]}}}}, True),
        (new(status=[{"exists": True}]), False),
        (new(empty={"S": [""]}), True),
        (new(status={"S": [""]}), False),
        (new(nothing={"S": [None]}), True),
        (new(status={"S": [None]}), False),
        (new(paid={"BOOL": [True]}), True),
        (new(paid={"BOOL": [1]}), False),
        (new(note={"NULL": [True]}), True),
        (new(tags={"SS": ["urgent"]}), True),
        (new(tags={"SS": ["cold"]}), False),
        (new(address={"M": {"city": {"S": ["Oslo"]}}}), True),
        (new(address={"M": {"city": {"S": ["Rome"]}}}), False),
        ({"dynamodb": {"SizeBytes": [{"numeric": [">", 100, "<=", 120]}]}}, True),
        ({"dynamodb": {"SizeBytes": [{"numeric": ["<", 120]}]}}, False),
        ({"dynamodb": {"SizeBytes": [{"numeric": ["=", 120]}]}}, True),
        ({"dynamodb": {"SizeBytes": [120]}}, True),
        (new(price={"N": ["100"]}), True),
        (new(price={"N": [{"numeric": ["=", 100]}]}), False),
        ({"$or": [{"eventName": ["INSERT"]}, new(status={"S": ["Shipped"]})]}, True),
        ({"$or": [{"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}]}, False),
        ({"dynamodb": {"$or": [{"OldImage": {"id": {"S": ["x"]}}}, {"Keys": {"id": {"S": ["order-7"]}}}]}}, True),
    ],
)
def test_a_record_is_wanted_if_its_fields_meet_the_rules(pattern: object, matches: bool) -> None:
    assert wanted_by(criteria(pattern))(RECORD) is matches


def test_one_matching_filter_of_several_is_enough() -> None:
    assert wanted_by(criteria({"eventName": ["INSERT"]}, {"eventName": ["MODIFY"]}))(RECORD)
    assert not wanted_by(criteria({"eventName": ["INSERT"]}, {"eventName": ["REMOVE"]}))(RECORD)


@pytest.mark.parametrize("nothing", [None, {}, {"Filters": []}])
def test_without_filters_everything_is_wanted(nothing: object) -> None:
    assert wanted_by(nothing)(RECORD)


@pytest.mark.parametrize(
    "pattern",
    [
        ["eventName"],
        {"eventName": "MODIFY"},
        {"eventName": []},
        {"eventName": {}},
        {"eventName": [{"wildcard": "M*"}]},
        {"eventName": [{"prefix": "M", "suffix": "Y"}]},
        {"eventName": [{"prefix": 1}]},
        {"eventName": [{}]},
        {"eventName": [{"exists": "yes"}]},
        {"eventName": [{"anything-but": []}]},
        {"size": [{"numeric": [">"]}]},
        {"size": [{"numeric": ["~", 1]}]},
        {"size": [{"numeric": [">", "1"]}]},
        {"$or": [{"eventName": ["INSERT"]}]},
        {"$or": {"eventName": ["INSERT"]}},
    ],
)
def test_what_is_no_pattern_is_refused(pattern: object) -> None:
    with pytest.raises(BadFilter, match="Invalid filter pattern definition"):
        wanted_by(criteria(pattern))


def test_text_that_is_no_json_is_refused() -> None:
    with pytest.raises(BadFilter, match="is not JSON"):
        wanted_by({"Filters": [{"Pattern": "{eventName"}]})


def test_more_filters_than_an_account_may_have_are_refused() -> None:
    with pytest.raises(BadFilter, match="limit of 5"):
        wanted_by(criteria(*[{"eventName": ["INSERT"]}] * 6))


def test_a_pattern_that_is_too_long_is_refused() -> None:
    with pytest.raises(BadFilter, match="longer than 4096"):
        wanted_by(criteria({"eventName": ["x" * 4096]}))

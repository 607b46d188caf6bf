"""The header X-Filter."""

import json

import pytest

from localcloud.linode.filters import filtered
from localcloud.linode.json_values import Object
from localcloud.linode.refusals import Refused

ROWS: list[Object] = [
    {"id": 1, "label": "web-1", "tags": ["a"], "entity": {"type": "linode"}, "created": "2026-01-01T00:00:00"},
    {"id": 2, "label": "web-2", "tags": ["a", "b"], "entity": None, "created": "2026-02-01T00:00:00"},
    {"id": 10, "label": "Db", "tags": [], "entity": {"type": "domain"}, "created": "2026-03-01T00:00:00"},
]
FIELDS = {"id", "label", "tags", "entity.type", "created"}


def ids(wanted: object) -> list[object]:
    return [each["id"] for each in filtered(ROWS, json.dumps(wanted), FIELDS)]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [1, 2, 10]),
        ({"label": "web-1"}, [1]),
        ({"label": "web"}, []),
        ({"tags": "a"}, [1, 2]),
        ({"tags": "a", "label": "web-2"}, [2]),
        ({"entity.type": "linode"}, [1]),
        ({"entity.type": None}, [2]),
        ({"label": {"+contains": "WEB"}}, [1, 2]),
        ({"tags": {"+contains": "b"}}, [2]),
        ({"label": {"+neq": "Db"}}, [1, 2]),
        ({"id": {"+gt": 1, "+lt": 10}}, [2]),
        ({"id": {"+gte": 2}}, [2, 10]),
        ({"id": {"+lte": 2}}, [1, 2]),
        ({"created": {"+gte": "2026-02-01T00:00:00"}}, [2, 10]),
        ({"+or": [{"id": 1}, {"label": "Db"}]}, [1, 10]),
        ({"+and": [{"tags": "a"}, {"+or": [{"id": 2}, {"id": 10}]}]}, [2]),
        ({"+order_by": "id", "+order": "desc"}, [10, 2, 1]),
        ({"+order_by": "label"}, [10, 1, 2]),
        ({"+order_by": "created", "+order": "desc", "tags": "a"}, [2, 1]),
    ],
)
def test_a_filter_lets_through_what_it_names_in_its_order(wanted: object, found: list[object]) -> None:
    assert ids(wanted) == found


@pytest.mark.parametrize(
    "header",
    [
        "{",
        "[]",
        '"label"',
        '{"colour": "red"}',
        '{"+order_by": "colour"}',
        '{"+order": "up"}',
        '{"+or": {"id": 1}}',
        '{"+or": [{"colour": 1}]}',
        '{"+and": ["id"]}',
        '{"id": {"+about": 1}}',
        '{"id": {"+gt": "one"}}',
    ],
)
def test_a_filter_that_means_nothing_is_refused(header: str) -> None:
    with pytest.raises(Refused) as caught:
        filtered(ROWS, header, FIELDS)
    assert caught.value.status == 400


def test_a_filter_that_means_nothing_is_refused_even_where_there_is_nothing() -> None:
    with pytest.raises(Refused, match="Cannot filter on colour"):
        filtered([], '{"colour": "red"}', FIELDS)

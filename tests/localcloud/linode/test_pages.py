"""Collections, a page at a time."""

import pytest

from localcloud.linode.pages import page_of
from localcloud.linode.refusals import Refused
from tests.localcloud.linode.bench import Bench

ROWS = [{"id": number} for number in range(60)]


@pytest.mark.parametrize(
    ("query", "first", "last", "pages"),
    [
        ({}, 0, 59, 1),
        ({"page_size": "25"}, 0, 24, 3),
        ({"page_size": "25", "page": "2"}, 25, 49, 3),
        ({"page_size": "25", "page": "3"}, 50, 59, 3),
        ({"page_size": "500"}, 0, 59, 1),
    ],
)
def test_a_page_has_its_part_and_tells_of_all(query: dict[str, str], first: int, last: int, pages: int) -> None:
    page = page_of(ROWS, query)
    assert isinstance(page["data"], list)
    assert (page["data"][0]["id"], page["data"][-1]["id"]) == (first, last)
    assert (page["pages"], page["results"], page["page"]) == (pages, 60, int(query.get("page", "1")))


@pytest.mark.parametrize(
    "query", [{"page": "2"}, {"page": "0"}, {"page_size": "24"}, {"page_size": "501"}, {"page": "x"}]
)
def test_there_is_no_page_past_the_last_nor_of_another_size(query: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        page_of(ROWS, query)
    assert caught.value.field == next(iter(query))


def test_nothing_is_one_empty_page(bench: Bench) -> None:
    assert bench.get("/domains") == {"data": [], "page": 1, "pages": 1, "results": 0}

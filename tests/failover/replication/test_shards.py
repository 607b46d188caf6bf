"""A stream's open shards."""

from typing import Any

import pytest

from failover.replication.shards import open_shards


class Stream:
    """Tells its shards page by page: so many closed ones and so many open ones on each."""

    def __init__(self, *pages: tuple[int, int]) -> None:
        self._pages = pages

    def describe_stream(self, *, StreamArn: str, ExclusiveStartShardId: str = "0") -> Any:  # noqa: N803, ARG002
        number = int(ExclusiveStartShardId)
        closed, opened = self._pages[number]
        ended = {"StartingSequenceNumber": "1", "EndingSequenceNumber": "2"}
        ranges = [ended] * closed + [{"StartingSequenceNumber": "3"}] * opened
        shards = [{"ShardId": f"{number}", "SequenceNumberRange": one} for one in ranges]
        more = {"LastEvaluatedShardId": f"{number + 1}"} if number + 1 < len(self._pages) else {}
        return {"StreamDescription": {"Shards": shards, **more}}


@pytest.mark.parametrize(("pages", "opened"), [([(0, 1)], 1), ([(5, 4)], 4), ([(100, 0), (3, 7), (0, 2)], 9)])
def test_shards_without_an_end_are_counted_over_all_pages(pages: list[tuple[int, int]], opened: int) -> None:
    assert open_shards(Stream(*pages), "arn") == opened

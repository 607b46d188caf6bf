"""What a bulk writer leaves: so many writes, each newer than the one before, and the last of each item at the end."""

from collections import defaultdict
from typing import Any

from drills.bulk import BATCH, WRITES_OF_A_KEY, BulkWriter, keys, write_id
from drills.load_spec import LoadTable
from failover.replication.stamps import Stamp, Version

TABLE = LoadTable(name="orders", partition="id", mode="streams")
NOW = 1_790_000_000_000_000


class TakingTable:
    """Takes batches, all but the last item of each the first time that it sees it, as DynamoDB may."""

    def __init__(self) -> None:
        self.taken: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.sizes: list[int] = []

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 as the API spells it
        ((name, asked),) = RequestItems.items()
        self.sizes.append(len(asked))
        left = asked[-1:] if len(asked) > 1 else []
        for one in asked[: len(asked) - len(left)]:
            item = one["PutRequest"]["Item"]
            self.taken[item["id"]["S"]].append(item)
        return {"UnprocessedItems": {name: left} if left else {}}


def written(count: int) -> TakingTable:
    table = TakingTable()
    BulkWriter(table, TABLE, "primary", 3, lambda: NOW).write(count)  # type: ignore[arg-type]
    return table


def versions(items: list[dict[str, Any]]) -> list[Version]:
    return [stamp.version for item in items if (stamp := Stamp.of(item))]


def test_as_many_writes_are_made_as_were_asked_for_and_what_was_not_taken_comes_again() -> None:
    table = written(1200)
    assert {key: len(items) for key, items in table.taken.items()} == dict.fromkeys(keys(1200), WRITES_OF_A_KEY)


def test_no_batch_is_larger_than_the_service_takes() -> None:
    assert max(written(1200).sizes) == BATCH


def test_each_write_is_newer_than_the_one_before_though_the_clock_stands() -> None:
    for items in written(300).taken.values():
        made = versions(items)
        assert made == sorted(set(made))
        assert {(version.epoch, version.origin) for version in made} == {(3, "primary")}


def test_the_last_write_of_an_item_holds_the_last_id() -> None:
    for key, items in written(300).taken.items():
        assert [item["value"]["S"] for item in items] == [write_id(key, number) for number in range(1, 11)]

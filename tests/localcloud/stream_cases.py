"""Records of streams as tests need them."""

from collections.abc import Sequence

from localcloud.stream_batches import Batch, Fate, Record

START = 1000.0


def record(number: int, key: str = "a", created_at: float = START, size: int = 10) -> Record:
    return Record(sequence=str(number), key=key, created_at=created_at, body="x" * size)


def batch(count: int, *, created_at: float = START, retries: int = 0) -> Batch:
    """Return a batch of records with the sequence numbers from 0 on."""
    return Batch(records=tuple(record(number, created_at=created_at) for number in range(count)), retries=retries)


def numbers(batches: Sequence[Batch]) -> list[list[int]]:
    return [[int(each.sequence) for each in one.records] for one in batches]


def fates(batches: Sequence[Batch]) -> list[Fate | None]:
    return [one.fate for one in batches]

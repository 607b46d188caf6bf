"""One region's dead records: its queue read once through, each message's records tried again or only looked at."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from failover import aws_clients
from failover.failures import AWS_ERRORS, code_of
from ops.control_regions import CONNECT_SECONDS
from ops.dead_records import DeadRecords, Garbled, Place, dead_records_of, places_of
from ops.replicators import NotCarried, Replicators

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef

AT_ONCE = 10  # the most that SQS gives
# Longer than a function needs for each of them in turn: meanwhile nobody else gets them.
HELD_SECONDS = 1500
# A short look asks some of SQS's hosts only, and may miss what is there:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
WAIT_SECONDS = 1
READ_SECONDS = 10.0


class Fate(StrEnum):
    """What became of a message."""

    WAITING = "waiting"  # only looked at
    REDRIVEN = "redriven"
    LEFT = "left"
    NOTHING = "nothing"  # S3's own test


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One message as people are told of it; ``why`` says what is wrong with one that was left."""

    message: str
    fate: Fate
    table: str = "-"
    key: str = "-"
    records: int = 0
    reason: str = "-"
    at: str = "-"
    why: str = ""


@dataclass(kw_only=True)
class Run:
    """What became of a region's messages; ``trouble`` is why the rest of them could not be had."""

    letters: list[Letter] = field(default_factory=list)
    trouble: str = ""


class DeadQueue:
    """The queue of one region with the bucket that it tells of; ``functions`` may be handed records."""

    def __init__(self, region: str, *, queue: str, bucket: str, functions: Mapping[str, str]) -> None:
        self._name = queue
        self._bucket = bucket
        self._functions = functions
        self._sqs = aws_clients.client("sqs", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
        self._s3 = aws_clients.client("s3", region, connect_seconds=CONNECT_SECONDS, read_seconds=READ_SECONDS)
        self._replicators = Replicators(region)
        self._carried: set[Place] = set()
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let a run end after the message that it has in hand; what it holds is put back."""
        self._stopped.set()

    def run(self, *, dry: bool) -> Run:
        """Go through the queue once and put back what is left; a region that stops answering ends the run."""
        run = Run()
        try:
            self._go_through(self._sqs.get_queue_url(QueueName=self._name)["QueueUrl"], run, dry=dry)
        except AWS_ERRORS as error:
            run.trouble = f"{code_of(error)}: {error}"
        return run

    def _go_through(self, url: str, run: Run, *, dry: bool) -> None:
        held: dict[str, str] = {}
        try:
            for message in self._messages(url, held):
                letter = self._treated(message["MessageId"], message["Body"], dry=dry)
                run.letters.append(letter)
                if letter.fate in (Fate.REDRIVEN, Fate.NOTHING) and not dry:
                    self._sqs.delete_message(QueueUrl=url, ReceiptHandle=held[letter.message])
                    del held[letter.message]
        finally:
            self._put_back(url, held)

    def _messages(self, url: str, held: dict[str, str]) -> "Iterator[MessageTypeDef]":
        """Yield each message once, noting the receipt that it can be put back by."""
        seen: set[str] = set()
        while True:
            batch = self._sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=AT_ONCE,
                VisibilityTimeout=HELD_SECONDS,
                WaitTimeSeconds=WAIT_SECONDS,
            ).get("Messages", [])
            held.update({one["MessageId"]: one["ReceiptHandle"] for one in batch})
            new = [one for one in batch if one["MessageId"] not in seen]
            seen.update(one["MessageId"] for one in new)
            if not new:
                return
            for one in new:
                if self._stopped.is_set():
                    return
                yield one

    def _treated(self, message: str, body: str, *, dry: bool) -> Letter:
        letter = Letter(message=message, fate=Fate.NOTHING)
        try:
            for place in places_of(body):
                letter = self._described(message, place, dead := self._read(place))
                if not dry:
                    self._carry(place, dead)
        except (Garbled, NotCarried, *AWS_ERRORS) as why:
            return replace(letter, fate=Fate.LEFT, why=str(why))
        return letter if letter.fate is Fate.NOTHING or dry else replace(letter, fate=Fate.REDRIVEN)

    def _read(self, place: Place) -> DeadRecords:
        if place.bucket != self._bucket:
            raise Garbled(f"the object is in {place.bucket}, not in this stack's {self._bucket}")
        dead = dead_records_of(self._s3.get_object(Bucket=place.bucket, Key=place.key)["Body"].read())
        if dead.function not in self._functions:
            raise Garbled(f"{dead.function} is no function of this stack that is given records")
        return dead

    def _described(self, message: str, place: Place, dead: DeadRecords) -> Letter:
        return Letter(
            message=message,
            fate=Fate.WAITING,
            table=self._functions[dead.function],
            key=dead.key,
            records=len(dead.records),
            reason=dead.reason,
            at=place.at,
        )

    def _carry(self, place: Place, dead: DeadRecords) -> None:
        """Have an object's records carried over, once in a run: S3 may tell of the same one twice."""
        if place not in self._carried:
            self._replicators.carry(dead.function, dead.records)
            self._carried.add(place)

    def _put_back(self, url: str, held: Mapping[str, str]) -> None:
        """Let others see the messages that are left."""
        receipts = list(held.values())
        for first in range(0, len(receipts), AT_ONCE):
            self._sqs.change_message_visibility_batch(
                QueueUrl=url,
                Entries=[
                    {"Id": str(number), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                    for number, receipt in enumerate(receipts[first : first + AT_ONCE])
                ],
            )

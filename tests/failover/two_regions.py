"""One table in two regions whose clients answer as scripted, and views that grant or refuse as told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError

from failover.breaker import Breaker
from failover.region_calls import RegionCalls, TimedClient
from failover.regional_table import RegionalTable, TableOptions
from failover.sites import Site
from failover.table_requests import UpdateItem
from failover.write_grants import Grant, Heard, Views
from tests.failover.clocks import HandClock

if TYPE_CHECKING:
    from botocore.exceptions import _ClientErrorResponseTypeDef as ClientErrorResponseTypeDef
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = {"id": {"S": "order-1"}}
SET: UpdateItem = {"Key": KEY, "UpdateExpression": "SET attempts = attempts + 1"}
Answer = Mapping[str, object] | Exception


@dataclass
class Region:
    """A DynamoDB client that takes ``seconds`` and then answers as scripted, the last answer for ever."""

    clock: HandClock
    answers: Sequence[Answer] = ({},)
    seconds: float = 0.05
    calls: int = 0
    requests: list[Mapping[str, Any]] = field(default_factory=list)
    answer: Callable[..., Mapping[str, object]] | None = None  # in place of the script

    def put_item(self, **request: object) -> Mapping[str, object]:
        self.calls += 1
        self.requests.append(request)
        if self.answer:
            return self.answer(**request)
        self.clock.sleep(self.seconds)
        answer, self.answers = self.answers[0], self.answers[1:] or self.answers
        if isinstance(answer, Exception):
            raise answer
        return answer

    update_item = delete_item = get_item = query = scan = put_item
    batch_get_item = batch_write_item = transact_get_items = transact_write_items = put_item


@dataclass
class FixedViews:
    """Grants the same site and epoch until a fixed time, or refuses."""

    until: float
    active_site: Site = "primary"
    refusal: Exception | None = None
    heard_at: float = 100.0
    asked: list[float] = field(default_factory=list)

    def grant(self, seconds: float) -> Grant:
        if self.refusal:
            raise self.refusal
        self.asked.append(seconds)
        return Grant(epoch=5, sites=(self.active_site,), until=self.until, expires=True)

    def heard(self) -> Heard:
        return Heard(active=self.active_site, epoch=5, at=self.heard_at)


@dataclass
class World:
    clock: HandClock
    primary: Region
    secondary: Region
    views: Views
    hurried: Region | None = None

    @classmethod
    def whole(cls) -> "World":
        """Two regions that answer, and leave to write in the primary for four seconds."""
        clock = HandClock()
        return cls(clock, Region(clock), Region(clock), FixedViews(until=clock.now + 4))

    def table(self, jitter: Callable[[], float] = lambda: 1.0, options: TableOptions | None = None) -> RegionalTable:
        regions: dict[Site, RegionCalls] = {
            "primary": self._calls("us-east-1", self.primary, self.hurried),
            "secondary": self._calls("us-west-2", self.secondary, None),
        }
        return RegionalTable("orders", regions, self.views, clock=self.clock, jitter=jitter, options=options)

    def _calls(self, name: str, patient: Region, hurried: Region | None) -> RegionCalls:
        pairs = ((patient, 1.3), (hurried or patient, 0.45))
        clients = [TimedClient(client=cast("DynamoDBClient", region), seconds=seconds) for region, seconds in pairs]
        return RegionCalls(name, clients, self.clock, Breaker(self.clock, failures_to_open=3))


def client_error(code: str, status: int = 400) -> ClientError:
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(cast("ClientErrorResponseTypeDef", response), "PutItem")


NEVER_SENT = ConnectTimeoutError(endpoint_url="http://orders")
LOST = ReadTimeoutError(endpoint_url="http://orders")

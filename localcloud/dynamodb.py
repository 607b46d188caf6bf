"""DynamoDB as the gateway serves it: moto for one region's table, and what makes tables global."""

import json
from collections.abc import Mapping

from localcloud.expiry import Expiry
from localcloud.gateway import EVERY_OPERATION, Gateway
from localcloud.global_tables import GlobalTable, GlobalTables, NotPossible, Update
from localcloud.moto_tables import Attributes, MotoTables
from localcloud.mrec import Replication
from localcloud.mrsc import Item, StrongTables
from localcloud.protocols import error
from localcloud.request import Request, Response
from localcloud.streams import Streams
from localcloud.table_calls import READS, WRITES, is_consistent, tables, touched

UNSUPPORTED = frozenset({"TransactWriteItems", "TransactGetItems", "UpdateTimeToLive"})
"""Refused on MRSC tables, as in AWS: no transactions, no TTL. PartiQL is not read here: it acts on the one region."""


class DynamoDb:
    """The routes of DynamoDB in every region."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._tables = MotoTables()
        self._known = GlobalTables(self._tables)
        self._strong = StrongTables(gateway.world, gateway.latency.profile, self._local, gateway.sleep)
        self.replication = Replication(
            self._tables, self._known, gateway.world, gateway.latency, lambda: gateway.lock("dynamodb")
        )
        self.streams = Streams(self._tables, self._known, gateway)
        self.expiry = Expiry(self._tables, self._known, self.replication, gateway)
        gateway.routes["dynamodb", EVERY_OPERATION] = self._answer
        gateway.routes["dynamodb", "UpdateTable"] = self._update_table
        gateway.routes["dynamodb", "DescribeTable"] = self._describe_table
        gateway.routes["dynamodb", "DeleteTable"] = self._delete_table
        gateway.admin.routes["GET", "replication"] = lambda _given: self.replication.backlog()
        gateway.admin.routes["GET", "replication/lags"] = lambda _given: self.replication.lags()

    def _answer(self, request: Request) -> Response:
        found = [self._known.find(request.region, name) for name in tables(request)]
        strong = [table for table in found if table and table.strong]
        if not strong:
            return self._local(request)
        if request.operation in UNSUPPORTED:
            return _refuse(
                request, f"{request.operation} is not supported on a table with MultiRegionConsistency STRONG"
            )
        if len({table.home if table else None for table in found}) > 1:
            return _refuse(request, "the embedded cloud serves no batch over tables of different consistency or home")
        return self._serve_strong(request, strong[0])

    def _serve_strong(self, request: Request, table: GlobalTable) -> Response:
        if request.operation in READS:
            return self._strong.read(request, table, is_consistent(request))
        if request.operation in WRITES:
            return self._strong.write(request, table, self._items(request))
        return self._gateway.moto(request)

    def _local(self, request: Request) -> Response:
        """Let moto act in the region, send on what it changed there, and leave in the streams what DynamoDB would."""
        with self._gateway.lock("dynamodb"):
            lengths = self._tables.lengths(request.region, tables(request))
            response = self._gateway.moto(request)
            for name, length in lengths.items():
                self._tables.tidy(request.region, name, length)
                self.replication.capture(request.region, name, length)
                self._tables.settle(request.region, name, length)
        return response

    def _items(self, request: Request) -> list[Item]:
        with self._gateway.lock("dynamodb"):
            return [(name, self._key(request.region, name, holder)) for name, holder in touched(request)]

    def _key(self, region: str, name: str, attributes: Attributes) -> str:
        return json.dumps(self._tables.keys(region, name, attributes), sort_keys=True)

    def _update_table(self, request: Request) -> Response:
        name, update = str(request.params.get("TableName")), Update.read(request.params)
        with self._gateway.lock("dynamodb"):
            response = self._gateway.moto(request)
            if response.status != 200:
                return response
            try:
                self._known.update(request.region, name, update)
            except NotPossible as refused:
                return _refuse(request, str(refused))
            return self._described(request, response, "TableDescription")

    def _describe_table(self, request: Request) -> Response:
        with self._gateway.lock("dynamodb"):
            return self._described(request, self._gateway.moto(request), "Table")

    def _described(self, request: Request, response: Response, field: str) -> Response:
        """Add what moto does not know about a global table to its description."""
        table = self._known.find(request.region, str(request.params.get("TableName")))
        if table is None or response.status != 200:
            return response
        described = json.loads(response.body)
        described[field] |= table.description(request.region)
        return _json(described, response.headers)

    def _delete_table(self, request: Request) -> Response:
        name = str(request.params.get("TableName"))
        with self._gateway.lock("dynamodb"):
            table = self._known.find(request.region, name)
            if table and table.strong and len(table.replicas) > 1:
                return _refuse(request, f"remove the other replicas of {name} first: {table.replicas}")
            response = self._gateway.moto(request)
            if response.status == 200:
                self._known.forget(request.region, name)
            return response


def _refuse(request: Request, why: str) -> Response:
    return error(request, 400, "ValidationException", why)


def _json(content: object, headers: Mapping[str, str]) -> Response:
    kept = {name: value for name, value in headers.items() if name.lower() != "x-amz-crc32"}
    return Response(status=200, body=json.dumps(content).encode(), headers=kept)

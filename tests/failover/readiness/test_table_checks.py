"""What tables lack is named."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from failover.readiness.facts import Facts, Place
from failover.readiness.inventory import Inventory
from failover.readiness.report import Mark
from tests.failover.readiness.whole import (
    INVENTORY,
    REFUSED,
    Broken,
    amended,
    assert_told,
    not_ok,
    put,
)

ORDERS = Place("us-west-2", "lifeboat-test-orders")
SESSIONS = Place("us-west-2", "lifeboat-test-sessions")
CONTROL = Place("us-east-2", "lifeboat-test-control")
FAIL, WARN = Mark.FAIL, Mark.WARN
BROKEN: Mapping[str, Broken] = {
    "a table being made": (
        amended("tables", ORDERS, status="CREATING"),
        "tables-active",
        ORDERS.region,
        FAIL,
        "CREATING",
    ),
    "a table is missing": (
        put("tables", ORDERS, REFUSED),
        "tables-active",
        ORDERS.region,
        FAIL,
        "lifeboat-test-orders: AccessDenied",
    ),
    "no replica": (
        amended("tables", ORDERS, replicas={}),
        "table-replicas",
        ORDERS.region,
        FAIL,
        "lifeboat-test-orders: us-east-1 missing",
    ),
    "a control replica that fails": (
        amended("tables", CONTROL, replicas={"us-east-1": "ACTIVE", "us-west-2": "REGION_DISABLED"}),
        "table-replicas",
        CONTROL.region,
        FAIL,
        "us-west-2 REGION_DISABLED",
    ),
    "no stream": (amended("tables", ORDERS, stream=None), "table-streams", ORDERS.region, FAIL, "stream None"),
    "half a stream": (amended("tables", ORDERS, stream="KEYS_ONLY"), "table-streams", ORDERS.region, FAIL, "KEYS_ONLY"),
    "no recovery": (amended("tables", ORDERS, recovery=False), "table-recovery", ORDERS.region, WARN, "orders"),
    "no protection": (
        amended("tables", SESSIONS, protected=False),
        "table-protection",
        SESSIONS.region,
        WARN,
        "sessions",
    ),
    "provisioned": (
        amended("tables", ORDERS, on_demand=False, writes=5),
        "table-throughput",
        ORDERS.region,
        WARN,
        "provisioned, at most 5",
    ),
    "limited": (
        amended("tables", ORDERS, writes=100),
        "table-throughput",
        ORDERS.region,
        WARN,
        "on demand, at most 100",
    ),
    "other keys": (amended("tables", ORDERS, keys=("id", "at")), "table-keys", "", FAIL, "('id',) and ('id', 'at')"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named_and_nothing_else(case: str) -> None:
    assert_told(BROKEN[case])


FINE: Mapping[str, tuple[Facts, Inventory]] = {
    "no recovery where none is declared": (amended("tables", SESSIONS, recovery=False), INVENTORY),
    "no protection where none is declared": (
        amended("tables", SESSIONS, protected=False),
        replace(INVENTORY, protected=False),
    ),
    "no stream of a strong table away from home": (
        amended("tables", ORDERS, stream=None),
        replace(INVENTORY, mode="mrsc"),
    ),
    "no stream of the control table": (amended("tables", CONTROL, stream=None), INVENTORY),
}


@pytest.mark.parametrize("case", FINE)
def test_what_is_as_declared_is_fine(case: str) -> None:
    assert not_ok(*FINE[case]) == []

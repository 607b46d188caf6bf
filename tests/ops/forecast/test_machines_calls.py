"""What the application tier asks of AWS: credentials for its machines, an inbox for its events."""

from dataclasses import replace

import pytest

from evaluation import Evaluation, Registration, Value
from nodes.app.worker import LOOK_SECONDS
from ops.forecast.bill import Item, bill, total
from ops.forecast.demand import ENROLMENT, FUNCTION, ORCHESTRATOR
from ops.forecast.dynamodb import INBOX_LOOK_SECONDS
from ops.forecast.prices import PriceTable
from ops.forecast.tiers import INBOX
from ops.forecast.unit_costs import unit_costs
from ops.forecast.usage import SECONDS_A_MONTH, Load
from tests.ops.forecast.declaring import declared, machine, with_more, without_app_tier

PRICES = PriceTable.load()
ORDERED = ("us-east-1", "us-east-2", "us-west-2")
REPLICAS: list[Value] = [{"regionName": region} for region in ORDERED[1:]]
TABLE = replace(
    declared("aws:dynamodb/table:Table", "inbox-table", ORDERED[0], name="lifeboat-prod-inbox", replicas=REPLICAS),
    urn=f"urn:pulumi:prod::lifeboat::{INBOX}$aws:dynamodb/table:Table::inbox-table",
)


def gives_credentials(prod: Evaluation) -> list[Registration]:
    """Return a function in each control region, like an orchestrator in all but what it runs."""
    orchestrators = [one for one in prod.registrations if one.inputs.get("handler") == ORCHESTRATOR]
    return [
        declared(FUNCTION, f"enrolment-aws-{one.region}", one.region, **{**one.inputs, **changed(one.region)})
        for one in orchestrators
    ]


def changed(region: str) -> dict[str, Value]:
    return {"handler": ENROLMENT, "name": "lifeboat-prod-enrolment", "memorySize": 512, "region": region}


def more_of(prod: Evaluation, *more: Registration) -> tuple[Item, ...]:
    """Return the lines that a program has because it declares more."""
    data_only = without_app_tier(prod)
    before = {item.usage for item in bill(data_only, Load(), PRICES)}
    return tuple(item for item in bill(with_more(data_only, *more), Load(), PRICES) if item.usage not in before)


def asked(items: tuple[Item, ...], meter: str) -> dict[str, float]:
    lines = [item.usage for item in items if item.usage.meter == meter]
    return {one.region: one.quantity for one in lines}


def test_each_machine_is_given_credentials_twice_an_hour_in_one_region(prod: Evaluation) -> None:
    items = more_of(prod, *gives_credentials(prod), machine(number=1), machine(number=2))
    sessions = 2 * 2 * 730
    assert asked(items, "lambda-requests") == {ORDERED[0]: sessions}
    assert asked(items, "lambda-arm64-seconds") == {ORDERED[0]: sessions * 2 * 0.5}
    assert asked(items, "key-signatures") == {ORDERED[0]: sessions}
    assert asked(items, "dynamodb-replicated-write") == dict.fromkeys(ORDERED, sessions)
    assert {item.usage.part for item in items} == {"app tier"}


def test_without_machines_or_without_who_gives_them_nobody_asks(prod: Evaluation) -> None:
    assert more_of(prod, *gives_credentials(prod)) == ()
    assert asked(more_of(prod, machine()), "dynamodb-replicated-write") == {}


def test_the_inbox_is_looked_into_all_month_and_its_events_are_told_by_the_million(prod: Evaluation) -> None:
    items = more_of(prod, TABLE)
    assert asked(items, "dynamodb-read") == {ORDERED[0]: pytest.approx(SECONDS_A_MONTH / INBOX_LOOK_SECONDS)}
    assert total(items) == total(items, "app tier") > 0
    costs = {one.what: one.usd for one in unit_costs(with_more(prod, TABLE), 1, PRICES)}
    assert costs["a million events of at most 1 kB in the inbox"] == pytest.approx(4 * 3 * 0.625)


def test_a_worker_looks_as_often_as_is_counted() -> None:
    assert INBOX_LOOK_SECONDS == LOOK_SECONDS

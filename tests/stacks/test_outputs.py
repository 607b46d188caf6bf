"""Other stacks, the command line and runbooks read outputs: their names and types are on record."""

import json
from pathlib import Path

from evaluation import Evaluation
from failover.replication.versioned_table import EXPIRES, TOMBSTONE_SECONDS
from infra.aws import stream_replicator, table_schema
from tests.conftest import Evaluate
from tests.stacks.registered import at

RECORD = Path(__file__).with_name("outputs.json")


def test_names_and_types_are_those_on_record(stack: Evaluation) -> None:
    shape = {name: type(value).__name__ for name, value in stack.outputs.items() if name != "lifeboat"}
    assert shape == json.loads(RECORD.read_text())


def test_flat_outputs_stay_few(prod: Evaluation) -> None:
    assert len(prod.outputs) - 1 <= 20


def test_the_object_says_the_same_and_its_schema(prod: Evaluation) -> None:
    flat = {name: value for name, value in prod.outputs.items() if name != "lifeboat"}
    alone = {name: at(prod.outputs, "lifeboat", name) for name in ("replication", "app", "traffic", "enrolment")}
    assert prod.outputs["lifeboat"] == {"schema": 1, **flat, **alone}
    assert alone.keys().isdisjoint(flat)


def test_the_object_says_where_machines_enrol_and_what_signs_each_root(prod: Evaluation) -> None:
    regions = {"us-east-1", "us-east-2", "us-west-2"}
    told = at(prod.outputs, "lifeboat", "enrolment")
    assert isinstance(told, dict)
    assert set(at(told, "urls")) == regions  # type: ignore[arg-type]
    for label in ("a", "b"):
        arns = at(told, "authorities", label)
        assert isinstance(arns, dict)
        assert {region: str(arn).split(":")[3] for region, arn in arns.items()} == {one: one for one in regions}


def test_the_object_says_where_the_sites_are_on_linode(prod: Evaluation) -> None:
    sites = {"primary": "us-ord", "secondary": "us-sea"}
    buckets = {site: f"lifeboat-prod-files-111122223333-{region}" for site, region in sites.items()}
    told = {"sites": sites, "observerRegion": "us-iad", "ingress": "nodebalancer", "filesBuckets": buckets}
    assert at(prod.outputs, "lifeboat", "app") == told


def test_the_object_says_how_items_that_carry_versions_are_kept(variant: Evaluate) -> None:
    for mode, expires_by in (("streams", "expires"), ("prod", "_lifeboat_expires")):
        told = at(variant(mode).outputs, "lifeboat", "replication", "orders")
        assert told == kept(expires_by)
    assert at(variant("mrsc").outputs, "lifeboat", "replication") == {}


def kept(expires_by: str) -> dict[str, object]:
    return {
        "ttlAttribute": expires_by,
        "excluded": [],
        "tombstoneSeconds": TOMBSTONE_SECONDS,
        "losersTable": "lifeboat-prod-losers",
    }


def test_infra_and_the_domain_agree_on_what_they_cannot_import_from_each_other() -> None:
    assert (table_schema.EXPIRES, stream_replicator.TOMBSTONE_SECONDS) == (EXPIRES, TOMBSTONE_SECONDS)

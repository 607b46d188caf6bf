"""What is served is what Linode specifies: the same operations at the same paths, whose answers have the same shape."""

from importlib.util import find_spec

import jsonschema  # type: ignore[import-untyped]
import pytest

from localcloud.linode.served import ROUTES
from tests.localcloud.linode.bench import Bench
from tests.localcloud.linode.specification import Operation, operations, shown_by
from tests.localcloud.linode.walk import Walk

# Importing the package would ask for a token: it is only looked for.
pytestmark = pytest.mark.skipif(find_spec("linodecli") is None, reason="pip install linode-cli")

WITHOUT_COMMAND = {
    "get-user-grants",
    "put-user-grants",
    "get-node-balancer-firewalls",
    "get-object-storage-buckets",
    "post-object-storage-bucket",
    "get-object-storage-bucketin-cluster",
    "get-object-storage-bucket",
    "delete-object-storage-bucket",
    "get-object-storage-bucket-access",
    "post-object-storage-bucket-access",
    "put-storage-bucket-access",
}
"""Operations of the reference that the command line leaves out, such as those of buckets, which it manages by S3."""

LIKE = {
    "post-linode-interface": "get-linode-interface",
    "get-ips": "get-linode-ip",
    "post-allocate-ip": "get-linode-ip",
    "get-ip": "get-linode-ip",
    "put-ip": "get-linode-ip",
}
"""Operations whose answers the command line has only as it prints them, and what else answers the same."""

PRINTED = {"get-linode-interfaces", "get-databases-types", "get-databases-type"}
UNSAID = {
    "post-linode-instance": {"locks"},
    "put-linode-instance": {"site_type"},
    "post-rebuild-linode-instance": {"locks"},
    "post-node-balancer": {"locks"},
    "post-volume": {"locks"},
    "put-object-storage-key": {"bucket_access"},
    "post-databases-postgre-sql-instances": {"oldest_restore_time"},
}
"""Fields of an object that the specification leaves out of one operation and has in the others."""

PAGED_ALL_THE_SAME = {"get-node-balancer-configs"}
UNTYPED_FILTERS = {"get-ips", "get-reserved-ips"}
SERVED = [route for route in ROUTES.all if route.operation not in WITHOUT_COMMAND]


def specified(name: str) -> Operation:
    return operations()[LIKE.get(name, name)]


def test_operations_are_served_where_they_are_specified() -> None:
    ours = {route.operation: (route.method, route.path) for route in SERVED}
    assert ours == {name: (operations()[name].method, operations()[name].path) for name in ours}


def test_what_is_specified_as_pages_is_served_as_pages() -> None:
    paged = {route.operation for route in SERVED if route.paged}
    assert paged - PAGED_ALL_THE_SAME == {each.operation for each in SERVED if operations()[each.operation].paged}


def test_collections_can_be_filtered_on_the_fields_that_are_specified() -> None:
    ours = {each.operation: each.filterable for each in SERVED if each.paged and each.operation not in UNTYPED_FILTERS}
    theirs = {name: operations()[name].filterable for name in ours if name not in PAGED_ALL_THE_SAME}
    assert {name: fields for name, fields in ours.items() if name in theirs} == theirs


def test_every_operation_answers_as_it_is_specified(bench: Bench) -> None:
    told = Walk(bench).go()
    assert {name for name, _ in told} == {route.operation for route in ROUTES.all}
    checked = [
        (name, shown) for name, answer in told if name not in WITHOUT_COMMAND for shown in shown_by(name, answer)
    ]
    assert [fault for name, shown in checked for fault in _faults(name, shown)] == []


def _faults(name: str, shown: object) -> list[str]:
    """Say how an answer differs from its schema."""
    schema = specified(name).schema
    if schema is None or name in PRINTED:
        return []
    known = (
        {key: value for key, value in shown.items() if key not in UNSAID.get(name, ())}
        if isinstance(shown, dict)
        else shown
    )
    found = jsonschema.Draft202012Validator(schema).iter_errors(known)
    return [f"{name}: {'.'.join(map(str, each.absolute_path))}: {each.message}" for each in found]


def test_interfaces_are_listed_as_each_is_specified(bench: Bench) -> None:
    made = bench.instance(interface_generation="linode")
    (shown,) = bench.get(f"/linode/instances/{made['id']}/interfaces")["interfaces"]
    assert _faults("get-linode-interface", shown) == []

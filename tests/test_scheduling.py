"""How tests share workers."""

import pytest

from tests.scheduling import OWN_CLOUDS, scope_of


def test_all_tests_of_the_whole_cloud_share_one_worker() -> None:
    scopes = {scope_of(f"tests/cloud/{name}::test_it[one::two]") for name in ("test_orders.py", "test_roles.py")}
    assert len(scopes) == 1


@pytest.mark.parametrize(
    "nodeid", ["tests/localcloud/test_cloud.py::test_it", f"{OWN_CLOUDS[0]}::test_it", "test_a.py::b"]
)
def test_no_other_test_waits_for_them(nodeid: str) -> None:
    assert scope_of(nodeid) != scope_of("tests/cloud/test_orders.py::test_it")

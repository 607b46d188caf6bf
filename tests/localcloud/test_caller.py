import pytest

from localcloud.caller import INTERNAL, Caller


@pytest.mark.parametrize(
    "key",
    ["lambda.us-east-2.lifeboat-local-health-checker.3", "client.us-west-2.secondary-1.0", "internal.-.cloud.0"],
)
def test_a_caller_is_what_its_access_key_id_says(key: str) -> None:
    assert Caller.parse(key).access_key_id == key


@pytest.mark.parametrize("key", ["testing", "", "a.b.c", "a.b.c.d.e"])
def test_any_other_key_is_a_caller_from_outside_near_no_region(key: str) -> None:
    assert (Caller.parse(key).kind, Caller.parse(key).region) == ("outside", "-")


def test_the_cloud_calls_itself_as_internal() -> None:
    assert Caller.parse(INTERNAL.access_key_id) == INTERNAL

"""A secret's value goes into every control region and is seen nowhere else."""

from collections.abc import Iterator

import pytest

from tests.ops.conftest import CONTROL_REGIONS, Ground

VALUE = "https://hooks.example.com/very-secret"
NAME = "lifeboat/prod/slack-webhook"


@pytest.fixture
def declared(ground: Ground) -> None:
    """The containers, as the stack declares them: without a value."""
    for region in CONTROL_REGIONS:
        ground.client("secretsmanager", region).create_secret(Name=NAME)


@pytest.fixture(autouse=True)
def nothing_left(ground: Ground) -> Iterator[None]:
    forget(ground)  # what a whole stack of another folder's test declared in this process
    yield
    ground.front.gateway.world.restore()
    forget(ground)


def forget(ground: Ground) -> None:
    for region in CONTROL_REGIONS:
        client = ground.client("secretsmanager", region)
        for one in client.list_secrets()["SecretList"]:
            client.delete_secret(SecretId=one["ARN"], ForceDeleteWithoutRecovery=True)


def values(ground: Ground) -> list[str]:
    clients = [ground.client("secretsmanager", region) for region in CONTROL_REGIONS]
    return [client.get_secret_value(SecretId=NAME)["SecretString"] for client in clients]


def test_the_value_is_in_every_region_and_in_no_output(ground: Ground, declared: None) -> None:
    told = ground.lifeboat("secret", "set", "slack-webhook", "--json", answers=f"{VALUE}\n")
    assert told.exit_code == 0, told.output
    assert values(ground) == [VALUE] * 3
    assert "very-secret" not in told.stdout + told.stderr


def test_a_region_that_did_not_take_it_is_named_and_the_same_command_completes_it(
    ground: Ground, declared: None
) -> None:
    ground.front.gateway.world.darken("us-east-1", "reset")
    told = ground.lifeboat("secret", "set", NAME, answers=VALUE)
    assert told.exit_code == 3
    assert "not in us-east-1" in told.stderr
    assert "very-secret" not in told.stdout + told.stderr
    ground.front.gateway.world.restore()
    assert ground.lifeboat("secret", "set", NAME, answers=VALUE).exit_code == 0
    assert values(ground) == [VALUE] * 3


def test_a_secret_that_the_stack_does_not_declare_is_not_made(ground: Ground) -> None:
    told = ground.lifeboat("secret", "set", "slak-webhook", answers=VALUE)
    assert told.exit_code == 1
    assert "is set nowhere" in told.stderr
    assert ground.client("secretsmanager", "us-east-2").list_secrets()["SecretList"] == []


@pytest.mark.parametrize("value", ["", "\n", "x" * 65_537])
def test_no_value_or_too_long_a_one_is_refused(ground: Ground, declared: None, value: str) -> None:
    told = ground.lifeboat("secret", "set", "slack-webhook", answers=value)
    assert told.exit_code == 1
    assert "nothing was set" in told.stderr


def test_the_value_cannot_be_an_argument(ground: Ground) -> None:
    assert ground.lifeboat("secret", "set", "slack-webhook", VALUE).exit_code == 2

import pytest

from failover.next_steps import of_stack


@pytest.mark.parametrize(
    ("told", "copied"),
    [
        ("lifeboat status", "lifeboat status -s prod"),
        ("lifeboat status --watch; `lifeboat arm`", "lifeboat status -s prod --watch; `lifeboat arm -s prod`"),
        ("lifeboat secret set, everywhere", "lifeboat secret set -s prod, everywhere"),
        ("lifeboat runbook region-lost", "lifeboat runbook region-lost -s prod"),
        ("lifeboat runbook", "lifeboat runbook -s prod"),
        ("pulumi up", "pulumi up"),
    ],
)
def test_each_of_our_commands_names_the_stack(told: str, copied: str) -> None:
    assert of_stack(told, "prod") == copied


def test_without_a_stack_a_next_step_is_left_as_it_is() -> None:
    assert of_stack("lifeboat status", "") == "lifeboat status"

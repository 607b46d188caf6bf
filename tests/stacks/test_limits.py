"""Whatever the settings allow fits into what AWS takes."""

from collections import Counter

import pytest

from evaluation import Evaluation, Registration, evaluate
from stacks.config_error import ConfigError
from tests.stacks.registered import FUNCTION, ROLE_POLICY, at, of_type, text

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: all inline policies of a role, no spaces.
LARGEST_INLINE_POLICIES = 10_240
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LARGEST_ENVIRONMENT_BYTES = 4096
# Settings.load takes no longer one, and ids and names hold at most so much.
LONGEST_STACK = "p" * 20
LONGEST = {
    "control": {"regions": ["ap-northeast-1", "ap-northeast-2", "ap-northeast-3"]},
    "alerting": {"slackWebhookSecret": "s" * 200},
    "healthCheck": {"itemKey": "k" * 64},
    "pipeline": {"repository": f"{'o' * 39}@{'1' * 20}/{'n' * 100}@{'1' * 20}", "branch": "b" * 100},
}


def with_tables(count: int, mode: str = "mrec", name_length: int = 40) -> Evaluation:
    """Return production with so many tables of the longest names, in two regions that are no control regions."""
    tables = {f"{'t' * (name_length - 3)}-{number:02}": {"partitionKey": {"name": "id"}} for number in range(count)}
    data = {"primaryRegion": "ap-southeast-1", "secondaryRegion": "ap-southeast-2", "mode": mode, "tables": tables}
    return evaluate("prod", config={**LONGEST, "data": data}, preview=True)


@pytest.fixture(scope="module")
def largest() -> Evaluation:
    return with_tables(30)


@pytest.fixture(scope="module")
def largest_replicating() -> Evaluation:
    return with_tables(5, "streams", 32)


def test_no_role_outgrows_what_iam_takes_whatever_is_replicated(largest_replicating: Evaluation) -> None:
    for policy in of_type(largest_replicating, ROLE_POLICY):
        document = text(policy.inputs, "policy").replace("prod", LONGEST_STACK)
        assert len("".join(document.split())) <= LARGEST_INLINE_POLICIES, policy.name


def test_no_function_is_told_more_than_lambda_takes_whatever_is_replicated(largest_replicating: Evaluation) -> None:
    sizes = {one.name: told_bytes(one) for one in of_type(largest_replicating, FUNCTION)}
    assert len(sizes) == 18 + 2 * 6
    assert max(sizes.values()) <= LARGEST_ENVIRONMENT_BYTES


def told_bytes(function: Registration) -> int:
    """Count what a function is told, with the longest stack's name."""
    told = at(function.inputs, "environment", "variables")
    assert isinstance(told, dict)
    return sum(len(name) + len(str(value).replace("prod", LONGEST_STACK)) for name, value in told.items())


def test_no_role_outgrows_what_iam_takes(largest: Evaluation) -> None:
    sizes: Counter[str] = Counter()
    for policy in of_type(largest, ROLE_POLICY):
        document = text(policy.inputs, "policy").replace("prod", LONGEST_STACK)
        sizes[policy.name] += len("".join(document.split()))
    assert len(sizes) == 32
    assert {name: size for name, size in sizes.items() if size > LARGEST_INLINE_POLICIES} == {}


def test_no_function_is_told_more_than_lambda_takes(largest: Evaluation) -> None:
    for function in of_type(largest, FUNCTION):
        assert told_bytes(function) <= LARGEST_ENVIRONMENT_BYTES, function.name


def test_more_tables_than_a_look_can_be_told_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"lifeboat:data.tables is '60 tables'; .* 4096 bytes"):
        with_tables(60)

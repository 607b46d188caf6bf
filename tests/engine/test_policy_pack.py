"""With the pack the engine stops a program that breaks a mandatory rule; production passes (test_registrations.py)."""

import pytest

from tests.engine.workplace import Workplace

UNENCRYPTED = """
import pulumi
import pulumi_aws as aws
provider = aws.Provider("aws-us-east-1", region="us-east-1", allowed_account_ids=["111122223333"])
aws.sqs.Queue("orders-aws-us-east-1", name="orders", opts=pulumi.ResourceOptions(provider=provider))
"""


def test_a_program_that_breaks_a_mandatory_rule_is_stopped_with_what_to_do(
    empty: Workplace, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = empty.copied(tmp_path_factory.mktemp("broken"))
    (place.project / "__main__.py").write_text(UNENCRYPTED)
    said = place.preview(f"--policy-pack={place.pack}", fails=True)
    assert "[mandatory]  unencrypted-queue" in said
    assert "orders-aws-us-east-1: is not encrypted; set sqs_managed_sse_enabled or a KMS key" in said
    place.preview()

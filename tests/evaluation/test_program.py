"""Evaluation takes what the engine takes and refuses what it refuses."""

import os
import threading
from collections.abc import Callable, Mapping

import pulumi
import pulumi_aws as aws
import pytest

from evaluation import UNKNOWN, Refused, Registration, Value, committed, evaluate


def provider() -> aws.Provider:
    return aws.Provider("aws-us-east-1", region="us-east-1", allowed_account_ids=["111122223333"])


def twice_the_same_name() -> None:
    opts = pulumi.ResourceOptions(provider=provider())
    aws.sns.Topic("signals", opts=opts)
    aws.sns.Topic("signals", opts=opts)


def no_provider() -> None:
    aws.sns.Topic("signals")


def unknown_nested_name() -> None:
    replicas = [{"region_name": "us-east-2", "consistency": "STRONG"}]
    aws.dynamodb.Table("orders", hash_key="id", replicas=replicas, opts=pulumi.ResourceOptions(provider=provider()))


def asks_the_cloud() -> None:
    aws.get_caller_identity(opts=pulumi.InvokeOptions(provider=provider()))


def reads_the_cloud() -> None:
    aws.sns.Topic.get("signals", "arn", opts=pulumi.ResourceOptions(provider=provider()))


def fails() -> None:
    raise pulumi.RunError("no such region")


REFUSED = [
    (twice_the_same_name, "Duplicate resource URN 'urn:pulumi:prod::lifeboat::aws:sns/topic:Topic::signals'"),
    (no_provider, "Default provider for 'aws' disabled"),
    (unknown_nested_name, "replicas.consistency"),
    (asks_the_cloud, "getCallerIdentity asks the cloud"),
    (reads_the_cloud, "would be read from the cloud"),
]


@pytest.mark.parametrize(("program", "why"), REFUSED)
def test_what_the_engine_or_the_provider_refuses_is_refused(program: Callable[[], None], why: str) -> None:
    with pytest.raises(Refused, match=why):
        evaluate("prod", program=program)


def test_an_error_of_the_program_reaches_the_caller_as_it_is() -> None:
    with pytest.raises(pulumi.RunError, match="no such region"):
        evaluate("prod", program=fails)


def test_an_error_while_creating_reaches_the_caller_as_it_is() -> None:
    def create(_registration: Registration) -> tuple[str, Mapping[str, Value]]:
        raise LookupError("no such service")

    with pytest.raises(LookupError, match="no such service"):
        evaluate("prod", create=create)


def test_the_environment_is_as_before_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG", "mine")
    with pytest.raises(pulumi.RunError):
        evaluate("prod", program=fails)
    assert os.environ["PULUMI_CONFIG"] == "mine"


def chain() -> None:
    parent = pulumi.ComponentResource("lifeboat:aws:Pair", "pair", {}, pulumi.ResourceOptions(provider=provider()))
    child = pulumi.ResourceOptions(parent=parent)
    topic = aws.sns.Topic("signals", opts=child)
    queue = aws.sqs.Queue(
        "orders", visibility_timeout_seconds=30, opts=pulumi.ResourceOptions(parent=parent, protect=True)
    )
    secret = pulumi.Output.secret("a token")
    aws.sns.TopicSubscription("between", topic=topic.arn, protocol="sqs", endpoint=queue.arn, opts=child)
    aws.secretsmanager.SecretVersion("value", secret_id="slack", secret_string=secret, opts=child)
    pulumi.export("arn", topic.arn)


def registered(preview: bool) -> dict[str, Registration]:
    return {one.name: one for one in evaluate("prod", program=chain, preview=preview).registrations}


def test_a_registration_says_what_the_engine_would_keep() -> None:
    found = registered(preview=False)
    assert found["orders"].urn == "urn:pulumi:prod::lifeboat::lifeboat:aws:Pair$aws:sqs/queue:Queue::orders"
    assert (found["orders"].parent, found["orders"].provider) == (found["pair"].urn, found["aws-us-east-1"].urn)
    assert (found["orders"].region, found["orders"].protect, found["pair"].custom) == ("us-east-1", True, False)
    assert found["orders"].inputs["visibilityTimeoutSeconds"] == 30
    assert type(found["orders"].inputs["visibilityTimeoutSeconds"]) is int
    assert found["between"].property_dependencies["topic"] == (found["signals"].urn,)
    assert found["between"].inputs["endpoint"] == "arn:aws:sqs:us-east-1:111122223333:orders"


def test_a_secret_is_unwrapped_and_listed() -> None:
    value = registered(preview=False)["value"]
    assert (value.inputs["secretString"], value.secret_paths) == ("a token", ("secretString",))


def test_a_preview_knows_no_output_and_registers_the_same() -> None:
    preview, up = registered(preview=True), registered(preview=False)
    assert preview["between"].inputs["topic"] == UNKNOWN
    assert preview["between"].property_dependencies == up["between"].property_dependencies
    assert {one.urn for one in preview.values()} == {one.urn for one in up.values()}


def test_what_create_returns_is_what_dependents_see() -> None:
    seen: list[str] = []

    def create(one: Registration) -> tuple[str, Mapping[str, Value]]:
        seen.append(one.name)
        return f"id-{one.name}", {**one.inputs, "arn": f"arn:aws:made:us-east-1:1:{one.name}"}

    found = {one.name: one for one in evaluate("prod", program=chain, create=create).registrations}
    assert found["between"].inputs["topic"] == "arn:aws:made:us-east-1:1:signals"
    assert sorted(seen) == ["between", "orders", "signals", "value"]
    assert seen.index("between") > max(seen.index("orders"), seen.index("signals"))


def test_evaluations_of_several_threads_do_not_mix() -> None:
    results: dict[str, int] = {}

    def one(stack: str) -> None:
        accounts = {str(each.inputs.get("allowedAccountIds")) for each in committed(stack, preview=True).registrations}
        results[stack] = len(accounts - {"None"})

    threads = [threading.Thread(target=one, args=(stack,)) for stack in ("staging", "prod")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {"staging": 1, "prod": 1}

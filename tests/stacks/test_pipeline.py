"""Who may preview and deploy from the repository, and what."""

import json
import os
from typing import Any

import pulumi
import pytest

from evaluation import Evaluation, evaluate
from infra.aws.pipeline_permissions import WRITES
from localcloud import iam
from localcloud.iam import Access
from stacks.pipeline import build_pipeline
from stacks.providers import build_providers
from stacks.settings import Settings
from tests.stacks.named import named
from tests.stacks.registered import ROLE_POLICY, at, of_type, text

ROLE = "aws:iam/role:Role"
ISSUER = "token.actions.githubusercontent.com"
ACCOUNT = "111122223333"
TABLE = f"arn:aws:dynamodb:us-west-2:{ACCOUNT}:table/lifeboat-prod-orders"
CONTROL = f"arn:aws:dynamodb:us-west-2:{ACCOUNT}:table/lifeboat-prod-control"
FUNCTION = f"arn:aws:lambda:us-west-2:{ACCOUNT}:function:lifeboat-prod-notifier"
SOURCE = f"arn:aws:lambda:us-west-2:{ACCOUNT}:event-source-mapping:91eaeb7e-c976-1234-9451-8709db01f137"
NOTIFIER = f"arn:aws:iam::{ACCOUNT}:role/lifeboat/prod/notifier-aws-us-east-1-role-4f2c1ab"
OF_ANOTHER_STACK = NOTIFIER.replace("prod", "prod-eu")
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/lifeboat-prod-deploy"
LINODE_TOKEN = f"arn:aws:secretsmanager:us-west-2:{ACCOUNT}:secret:lifeboat/prod/linode-failover-token-a1b2c3"
CERTIFICATE = f"arn:aws:secretsmanager:us-west-2:{ACCOUNT}:secret:lifeboat/prod/site-certificate-a1b2c3"
SECRET = f"arn:aws:secretsmanager:us-west-2:{ACCOUNT}:secret:lifeboat/prod/slack-webhook-a1b2c3"
STATE = f"arn:aws:s3:::lifeboat-prod-state-{ACCOUNT}-us-east-2"
KEY = f"arn:aws:kms:us-east-2:{ACCOUNT}:key/mrk-1234"
TABLES_KEY = f"arn:aws:kms:us-west-2:{ACCOUNT}:key/1234"
Known = dict[str, tuple[str, ...]]
OF_STATE: Known = {"kms:resourcealiases": ("alias/lifeboat-prod-state",)}
OF_TABLES: Known = {"kms:resourcealiases": ("alias/aws/dynamodb",)}
TO_LAMBDA: Known = {"iam:passedtoservice": ("lambda.amazonaws.com",)}
TIER: Known = {"dynamodb:leadingkeys": ("tier#data",)}
# Action, resource, what is known of the call, who may make it.
CALLS: list[tuple[str, str, Known, set[str]]] = [
    ("dynamodb:DescribeTable", TABLE, {}, {"preview", "deploy"}),
    ("dynamodb:GetItem", TABLE, {}, set()),
    ("dynamodb:UpdateTable", TABLE, {}, {"deploy"}),
    ("dynamodb:DeleteTable", TABLE, {}, set()),
    ("dynamodb:UpdateItem", CONTROL, TIER, {"deploy"}),
    ("dynamodb:UpdateItem", CONTROL, {"dynamodb:leadingkeys": ("vote#data#us-east-1",)}, set()),
    ("lambda:UpdateFunctionCode", FUNCTION, {}, {"deploy"}),
    ("lambda:UpdateFunctionCode", FUNCTION.replace("prod", "staging"), {}, set()),
    ("lambda:UpdateFunctionCode", FUNCTION.replace("us-west-2", "eu-west-1"), {}, set()),
    ("lambda:InvokeFunction", FUNCTION, {}, set()),
    ("lambda:ListTags", SOURCE, {}, {"preview", "deploy"}),
    ("lambda:ListTags", SOURCE.replace("us-west-2", "eu-west-1"), {}, set()),
    ("lambda:TagResource", SOURCE, {}, {"deploy"}),
    ("lambda:UntagResource", SOURCE, {}, {"deploy"}),
    ("lambda:DeleteEventSourceMapping", SOURCE, {"lambda:functionarn": (FUNCTION,)}, {"deploy"}),
    ("lambda:DeleteEventSourceMapping", SOURCE, {"lambda:functionarn": (FUNCTION.replace("prod", "staging"),)}, set()),
    ("iam:GetRolePolicy", NOTIFIER, {}, {"preview", "deploy"}),
    ("iam:PutRolePolicy", NOTIFIER, {}, set()),
    ("iam:PassRole", NOTIFIER, TO_LAMBDA, {"deploy"}),
    ("iam:PassRole", NOTIFIER, {"iam:passedtoservice": ("ec2.amazonaws.com",)}, set()),
    ("iam:PassRole", OF_ANOTHER_STACK, TO_LAMBDA, set()),
    ("iam:GetRole", OF_ANOTHER_STACK, {}, set()),
    ("iam:PassRole", DEPLOYER, TO_LAMBDA, set()),
    ("iam:UpdateAssumeRolePolicy", DEPLOYER, {}, set()),
    ("secretsmanager:DescribeSecret", SECRET, {}, {"preview", "deploy"}),
    ("secretsmanager:GetSecretValue", SECRET, {}, set()),
    ("secretsmanager:CreateSecret", LINODE_TOKEN, {}, {"deploy"}),
    ("secretsmanager:GetSecretValue", LINODE_TOKEN, {}, set()),
    ("secretsmanager:CreateSecret", CERTIFICATE, {}, {"deploy"}),
    ("secretsmanager:GetSecretValue", CERTIFICATE, {}, set()),
    ("secretsmanager:PutSecretValue", CERTIFICATE, {}, set()),
    ("s3:GetObject", f"{STATE}/.pulumi/stacks/lifeboat/prod.json", {}, {"preview", "deploy"}),
    ("s3:PutObject", f"{STATE}/.pulumi/stacks/lifeboat/prod.json", {}, {"deploy"}),
    ("s3:DeleteObjectVersion", f"{STATE}/.pulumi/stacks/lifeboat/prod.json", {}, set()),
    ("kms:Decrypt", KEY, OF_STATE, {"preview", "deploy"}),
    ("kms:Decrypt", KEY, {"kms:resourcealiases": ("alias/other",)}, set()),
    ("kms:DescribeKey", TABLES_KEY, OF_TABLES, {"preview", "deploy"}),
    ("kms:DescribeKey", TABLES_KEY, {"kms:resourcealiases": ("alias/other",)}, set()),
    ("kms:Decrypt", TABLES_KEY, OF_TABLES, set()),
    ("kms:GenerateDataKey", KEY, OF_STATE, {"deploy"}),
]


# The same, where Route 53 holds names of the stack.
SECRETS = tuple(f"lifeboat/prod/{one}" for one in ("slack-webhook", "linode-", "site-certificate", "acme-account"))
ZONE, CHECK = "arn:aws:route53:::hostedzone/Z1", "arn:aws:route53:::healthcheck/0a1b"
SWITCHES = f"arn:aws:s3:::lifeboat-prod-switch-{ACCOUNT}-us-east-1"
CALLS_ABOUT_NAMES: list[tuple[str, str, set[str]]] = [
    ("route53:ListResourceRecordSets", ZONE, {"preview", "deploy"}),
    ("route53:ChangeResourceRecordSets", ZONE, set()),
    ("route53:GetHealthCheck", CHECK, {"preview", "deploy"}),
    ("route53:UpdateHealthCheck", CHECK, set()),
    ("s3:GetBucketPolicy", SWITCHES, {"preview", "deploy"}),
    ("s3:PutBucketPolicy", SWITCHES, set()),
    ("s3:PutObject", f"{SWITCHES}/switch/app.json", set()),
]


def documents(stack: Evaluation) -> dict[str, str]:
    """Return the pipelines' policies by the noun of their role."""
    own = [one for one in of_type(stack, ROLE_POLICY) if one.name.startswith("pipeline")]
    return {one.name.split("-")[-2]: text(one.inputs, "policy") for one in own}


def trusted(stack: Evaluation) -> dict[str, Any]:
    """Return whom the pipelines' roles trust, by noun."""
    own = [one for one in of_type(stack, ROLE) if one.name.startswith("pipeline")]
    found = {one.name.split("-")[-2]: json.loads(text(one.inputs, "assumeRolePolicy")) for one in own}
    return {noun: statement for noun, one in found.items() for statement in one["Statement"]}


def pipelines_of(**pipeline: object) -> Evaluation:
    """Evaluate nothing but production's pipelines, with other settings."""

    def declare() -> None:
        settings = Settings.load(pulumi.get_stack(), os.environ["PULUMI_CONFIG"])
        build_pipeline(settings, build_providers(settings))

    return evaluate("prod", config={"pipeline": pipeline}, program=declare)


def test_without_a_repository_nothing_is_declared() -> None:
    bare = evaluate("prod", config={"pipeline": {}})
    assert [one.name for one in bare.registrations if "pipeline" in one.name] == []
    assert at(bare.outputs, "pipeline", "roles") == {}


def test_a_second_stack_of_an_account_declares_no_second_identity_provider() -> None:
    second = pipelines_of(repository="example/lifeboat", firstOfAccount=False)
    assert of_type(second, "aws:iam/openIdConnectProvider:OpenIdConnectProvider") == []
    assert set(trusted(second)) == {"preview", "deploy"}


def test_each_role_takes_the_tokens_of_what_it_is_for_and_no_others(prod: Evaluation) -> None:
    of = "repo:your--organisation/lifeboat"
    claims = {
        "preview": {"sub": [f"{of}:pull_request", f"{of}:ref:refs/heads/main"]},
        "deploy": {"sub": [f"{of}:environment:prod"], "ref": ["refs/heads/main"]},
    }
    assert set(trusted(prod)) == set(claims)
    for noun, statement in trusted(prod).items():
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"}
        compared = {"aud": ["sts.amazonaws.com"], **claims[noun]}
        assert statement["Condition"] == {"StringEquals": {f"{ISSUER}:{name}": one for name, one in compared.items()}}


def test_a_repository_whose_tokens_name_it_by_ids_is_trusted_by_them() -> None:
    """https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims"""
    by_ids = pipelines_of(repository="octocat@123456/lifeboat@456789")
    claimed = trusted(by_ids)["deploy"]["Condition"]["StringEquals"][f"{ISSUER}:sub"]
    assert claimed == ["repo:octocat@123456/lifeboat@456789:environment:prod"]


@pytest.mark.parametrize(("action", "resource", "known", "who"), CALLS)
def test_a_pipeline_may_do_what_it_is_for_and_no_more(
    prod: Evaluation, action: str, resource: str, known: Known, who: set[str]
) -> None:
    called = resource.split(":")[3]
    context = {**known, **({"aws:requestedregion": (called,)} if called else {})}
    access = Access(action=action, resource=resource, context=context)
    allowed = {noun for noun, one in documents(prod).items() if iam.judge(iam.parse(one), access) == "allowed"}
    assert allowed == who


def test_a_preview_changes_nothing_whatever_it_is_done_to(prod: Evaluation) -> None:
    statements = json.loads(documents(prod)["preview"])["Statement"]
    allowed = [one for one in statements if one["Effect"] == "Allow"]
    verbs = {action.partition(":")[2] for one in allowed for action in one["Action"]}
    assert {one for one in verbs if not one.startswith(("Describe", "Get", "List"))} == {"Decrypt"}


def test_whatever_a_pipeline_deploys_bears_the_stacks_name(stack: Evaluation) -> None:
    """Its permissions end there: a thing of another name would stop a rollout half-way."""
    for one in stack.registrations:
        service = one.type.split(":")[1].partition("/")[0] if one.type.startswith("aws:") else "iam"
        service = "logs" if one.type.endswith("LogGroup") else service
        assert service in {*WRITES, "iam", "kms", "route53"}, one.name  # a person makes roles, keys and names
        if "name" in one.inputs and service not in ("iam", "route53"):
            name = text(one.inputs, "name").removeprefix("/aws/lambda/")
            assert name.startswith(("lifeboat-prod-", *SECRETS)), one.name


def test_every_role_that_runs_can_be_read_and_passed_on(stack: Evaluation) -> None:
    running = [one for one in of_type(stack, ROLE) if not one.name.startswith("pipeline")]
    assert running
    for role in running:
        assert "name" not in role.inputs or role.name.startswith("node-aws-")  # who takes it must know its name
        assert role.inputs["path"] == "/lifeboat/prod/", role.name


def test_the_state_is_told_to_be_where_the_roles_may_reach_it_and_out_of_the_data_regions(stack: Evaluation) -> None:
    state = at(stack.outputs, "pipeline", "state")
    assert isinstance(state, dict)
    assert set(documents(stack)) == {"preview", "deploy"}
    for document in documents(stack).values():
        assert f'"arn:aws:s3:::{state["bucket"]}"' in document
        assert f'"{state["keyAlias"]}"' in document
    control = at(stack.outputs, "controlRegions")
    data = {stack.outputs["primaryRegion"], stack.outputs["secondaryRegion"]}
    assert isinstance(control, list)
    assert state["region"] in control
    assert state["region"] not in data
    assert state["replicaRegion"] in {*control} - {state["region"], stack.outputs["primaryRegion"]}
    assert all(len(str(state[name])) <= 63 for name in ("bucket", "replicaBucket"))


@pytest.mark.parametrize(("action", "resource", "who"), CALLS_ABOUT_NAMES)
def test_pipelines_read_names_and_change_neither_where_they_lead_nor_who_reads_a_switch(
    action: str, resource: str, who: set[str]
) -> None:
    nameless = evaluate("prod", config={"traffic": {}})
    asked = Access(action=action, resource=resource, context={"aws:requestedregion": ("us-east-1",)})
    for stack, expected in ((named(), who), (nameless, set())):
        allowed = {noun for noun, one in documents(stack).items() if iam.judge(iam.parse(one), asked) == "allowed"}
        assert allowed == expected

"""Each role may do what it must, on what is named, and no more."""

import fnmatch
import json

import pytest

from evaluation import Evaluation, Registration
from failover.enrolment.credentials import LIFE_SECONDS, NODE_TAG, POOL_TAG, SITE_TAG
from infra.aws import node_role
from localcloud import iam
from localcloud.dynamodb_access import LEADING_KEYS
from localcloud.iam import Access
from policy.permissions import WRITES
from tests.conftest import Evaluate
from tests.stacks.registered import ROLE, ROLE_POLICY, SECRET, items, of_type, statements, text


def test_an_observer_writes_its_own_vote_and_canary_only(stack: Evaluation) -> None:
    for policy in policies(stack, "health-checker"):
        keys = {str(s["Sid"]): keys_of(s) for s in statements(policy) if "Condition" in s}
        assert keys == {
            "ReadVotesAndRows": ["tier#*", "vote#*"],
            "WriteOwnVote": [f"vote#data#{policy.region}"],
            "ProbeOwnCanary": [f"health_check_id#{policy.region}"],
        }


@pytest.mark.parametrize("role", ["failover-orchestrator", "notifier"])
def test_votes_are_written_by_observers_only(stack: Evaluation, role: str) -> None:
    for policy in policies(stack, role):
        for statement in statements(policy):
            writes = WRITES.intersection(listed(statement["Action"]))
            assert not writes or not any(key.startswith("vote#") for key in keys_of(statement))


def test_only_services_take_the_roles_that_run(stack: Evaluation) -> None:
    taken = set()
    running = [one for one in of_type(stack, ROLE) if not one.name.startswith(("pipeline", "node-aws"))]
    for role in running:
        [statement] = json.loads(text(role.inputs, "assumeRolePolicy"))["Statement"]
        taken.add((statement["Principal"]["Service"], str(statement.get("Condition", ""))))
    assert taken == {
        ("lambda.amazonaws.com", ""),
        ("scheduler.amazonaws.com", "{'StringEquals': {'aws:SourceAccount': '111122223333'}}"),
    }


def test_only_enrolment_functions_take_the_nodes_role_and_name_whose_session_it_is(stack: Evaluation) -> None:
    [role] = [one for one in of_type(stack, ROLE) if one.name.startswith("node-aws")]
    [statement] = json.loads(text(role.inputs, "assumeRolePolicy"))["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}
    who = statement["Condition"]["ArnLike"]["aws:PrincipalArn"]
    takers = [one for one in of_type(stack, ROLE) if fnmatch.fnmatchcase(arn_of(one), who)]
    regions = items(stack.outputs["controlRegions"])
    assert {one.name for one in takers} == {f"enrolment-aws-{region}-role" for region in regions}
    tags = {f"aws:RequestTag/lifeboat-{tag}" for tag in ("node", "site", "pool")}
    assert set(statement["Condition"]["StringLike"]) == {*tags, "sts:RoleSessionName"}
    assert (NODE_TAG, SITE_TAG, POOL_TAG, node_role.LIFE_SECONDS) == (
        node_role.NODE_TAG,
        node_role.SITE_TAG,
        node_role.POOL_TAG,
        LIFE_SECONDS,
    )


def arn_of(role: Registration) -> str:
    """Return a role's ARN with the seven characters that Pulumi adds to a name."""
    return f"arn:aws:iam::111122223333:role{role.inputs.get('path', '/')}{role.name}-1234567"


def test_a_node_does_what_is_its_own_by_the_tags_of_its_session(stack: Evaluation) -> None:
    [policy] = [one for one in of_type(stack, ROLE_POLICY) if one.name.startswith("node-aws")]
    found = {str(one["Sid"]): one for one in statements(policy)}
    assert keys_of(found["KeepOwnRow"]) == ["node#${aws:PrincipalTag/lifeboat-node}"]
    assert keys_of(found["SeeTiers"]) == ["tier#app", "tier#data"]
    for arn in listed(found["ReadPoolSecrets"]["Resource"]):
        assert arn.endswith(":secret:lifeboat/prod/node/${aws:PrincipalTag/lifeboat-pool}/*")


INBOX, CERTIFICATE = "dynamodb:Query", "secretsmanager:GetSecretValue"
MAY = {("balancer", CERTIFICATE), ("web", INBOX)}


@pytest.mark.parametrize("pool", ["balancer", "web", "api", "database", "monitoring", "observer", ""])
@pytest.mark.parametrize("action", [INBOX, CERTIFICATE])
def test_a_pool_has_the_inbox_or_the_sites_certificate_as_it_needs(stack: Evaluation, pool: str, action: str) -> None:
    [policy] = [one for one in of_type(stack, ROLE_POLICY) if one.name.startswith("node-aws")]
    rules = iam.parse(text(policy.inputs, "policy"))
    tags = {"aws:principaltag/lifeboat-pool": (pool,)} if pool else {}
    for region in map(str, items(stack.outputs["controlRegions"])):
        account = f"{region}:111122223333"
        resource, box = (
            (f"arn:aws:dynamodb:{account}:table/lifeboat-prod-inbox", "waiting#1")
            if action == INBOX
            else (f"arn:aws:secretsmanager:{account}:secret:lifeboat/prod/site-certificate-a1B2c3", "")
        )
        asked = Access(action=action, resource=resource, context={**tags, **({LEADING_KEYS: (box,)} if box else {})})
        assert (iam.judge(rules, asked) == "allowed") == ((pool, action) in MAY)


def test_only_where_tables_have_replicators_may_an_orchestrator_ask_them_and_nobody_else(variant: Evaluate) -> None:
    asking = {
        mode: [one for policy in policies(variant(mode), "failover-orchestrator") for one in invoked_by(policy)]
        for mode in ("prod", "mrsc", "streams")
    }
    stack = variant("streams")
    sites = [text(stack.outputs, site) for site in ("primaryRegion", "secondaryRegion")]
    names = [f"arn:aws:lambda:{region}:111122223333:function:lifeboat-prod-stream-replicator-*" for region in sites]
    assert asking == {"prod": [], "mrsc": [], "streams": [names] * 3}


def invoked_by(policy: Registration) -> list[list[str]]:
    return [listed(one["Resource"]) for one in statements(policy) if "lambda:InvokeFunction" in listed(one["Action"])]


def test_an_orchestrator_reads_the_token_of_failovers_in_its_own_region_and_nobody_reads_another(
    stack: Evaluation,
) -> None:
    tokens = {one.region: one for one in of_type(stack, SECRET) if text(one.inputs, "name").endswith("failover-token")}
    readers = {
        (policy.region, resource)
        for policy in of_type(stack, ROLE_POLICY)
        for one in statements(policy)
        if "secretsmanager:GetSecretValue" in listed(one["Action"])
        for resource in listed(one["Resource"])
        if ":secret:lifeboat/prod/linode-failover" in resource
    }
    name, regions = "secret:lifeboat/prod/linode-failover-token", set(map(str, items(stack.outputs["controlRegions"])))
    assert readers == {(region, f"arn:aws:secretsmanager:{region}:111122223333:{name}") for region in regions}
    assert set(tokens) == regions


def test_a_replicator_marks_its_own_table_only(variant: Evaluate) -> None:
    found = 0
    for policy in of_type(variant("streams"), ROLE_POLICY):
        marking = [one for one in statements(policy) if "dynamodb:BatchWriteItem" in listed(one["Action"])]
        if "-replicator-" in policy.name and marking:
            [arn] = listed(marking[0]["Resource"])
            assert arn.split(":")[3] == policy.region
            found += 1
    assert found == 4


def policies(stack: Evaluation, role: str) -> list[Registration]:
    """Return the policies of a function's roles, of which each control region has one."""
    found = [one for one in of_type(stack, ROLE_POLICY) if one.name.startswith(f"{role}-aws")]
    assert len(found) == 3
    return found


def listed(value: object) -> list[str]:
    assert isinstance(value, list)
    return [str(item) for item in value]


def keys_of(statement: dict[str, object]) -> list[str]:
    condition = statement.get("Condition")
    assert isinstance(condition, dict)
    return [key for operands in condition.values() for key in operands["dynamodb:LeadingKeys"]]

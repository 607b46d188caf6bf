"""Machines become nodes by the real functions, and nobody else does, whichever region is lost."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from failover.clock import SystemClock
from localcloud.cloud import EmbeddedCloud
from nodes.agent.node_key import NodeKey
from nodes.agent.node_state import StateFile
from nodes.agent.session_files import SessionFiles
from nodes.agent.sessions import SessionKeeper, Tools
from nodes.agent.transport import HttpPost, Reply
from tests.cloud.permissions import Used, item, on, unneeded
from tests.cloud.person import Person
from tests.cloud.role_policies import RolePolicy
from tests.cloud.stage import Stage
from tests.cloud.town import TAGS, Inhabitant, has_roots, linode, send, settle

FUNCTION = "lifeboat-local-enrolment"
SECOND_REGION = "us-west-2"
Settle = Callable[..., Inhabitant]


@pytest.fixture(scope="module")
def town() -> Iterator[Stage]:
    """A cloud of its own: its calendar is moved, and nobody has to wait here."""
    with EmbeddedCloud.start(profile="none", seed=3) as cloud:
        yield Stage.of(cloud, cloud.deploy("local").outputs["lifeboat"])  # type: ignore[arg-type]


@pytest.fixture
def person(town: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    found = Person.near(town, tmp_path, monkeypatch)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # openssl, and cat for credentials
    has_roots(found)
    yield found
    town.cloud.faults.clear()
    town.cloud.regions.restore()


@pytest.fixture
def machine(town: Stage, person: Person, tmp_path: Path) -> Iterator[Settle]:
    """Gives machines, and takes them away again."""
    settled: list[Inhabitant] = []

    def new(*tags: str) -> Inhabitant:
        folder = tmp_path / f"machine-{len(settled)}"
        folder.mkdir()
        settled.append(settle(town, folder, *tags))
        return settled[-1]

    yield new
    for one in settled:
        one.delete()
        person.does(f"lifeboat node forget -s local {one.number} --reason over")


def last_decision(town: Stage) -> int:
    return max((int(str(one["number"])) for one in town.cloud.decisions()), default=0)


def reason_of(town: Stage, request: str) -> str:
    """Return why the function refused a request: nobody but its log has it."""
    lines = [json.loads(str(one["message"])) for one in town.cloud.logs(FUNCTION) if "{" in str(one["message"])]
    (line,) = [one for one in lines if one.get("request") == request]
    return str(line["reason"])


def verified(machine: Inhabitant) -> bool:
    # by AWS's time, which is later here than openssl's
    command = ["openssl", "verify", "-x509_strict", "-no_check_time", "-CAfile", "authorities.pem", "certificate.pem"]
    return subprocess.run(command, cwd=machine.running, capture_output=True, check=False).returncode == 0


def denied(call: Callable[[], object]) -> bool:
    with pytest.raises(ClientError) as told:
        call()
    return "AccessDenied" in str(told.value)


def allowed(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        if "AccessDenied" not in str(error):
            raise
        return False
    return True


def test_a_machine_becomes_a_node_with_a_certificate_and_credentials(machine: Settle, person: Person) -> None:
    one = machine()
    assert one.runs() == 0
    assert verified(one)
    said = person.does(f"lifeboat node show -s local {one.number}")
    assert f"{one.number}  primary web, generation 1" in said.output


def test_a_node_does_what_is_its_own_and_nothing_of_another_ones(town: Stage, machine: Settle) -> None:
    one = machine()
    one.runs()
    for region in town.control_regions:
        table = one.client("dynamodb", region)
        tier, own = (
            {"pk": {"S": "tier#data"}, "sk": {"S": "row"}},
            {"pk": {"S": f"node#{one.number}"}, "sk": {"S": "node"}},
        )
        assert "Item" in table.get_item(TableName=town.outputs["controlTable"], Key=tier, ConsistentRead=True)
        write = {"TableName": town.outputs["controlTable"], "UpdateExpression": "SET alive = :yes"}
        values = {":yes": {"BOOL": True}}
        table.update_item(Key=own, ExpressionAttributeValues=values, **write)
        for key in (f"node#{one.number + 1}", f"enrolment#{one.number}", "tier#data", "authority"):
            other = {"pk": {"S": key}, "sk": own["sk"]}
            assert denied(lambda: table.update_item(Key=other, ExpressionAttributeValues=values, **write))  # noqa: B023
        assert denied(lambda: table.scan(TableName=town.outputs["controlTable"]))  # noqa: B023


def test_a_node_reads_its_pools_secrets_and_no_others(town: Stage, machine: Settle) -> None:
    one, region = machine(), SECOND_REGION
    one.runs()
    for pool in ("web", "api"):
        town.client("secretsmanager", region).create_secret(Name=f"lifeboat/local/node/{pool}/login", SecretString=pool)
    reads = one.client("secretsmanager", region)
    assert reads.get_secret_value(SecretId="lifeboat/local/node/web/login")["SecretString"] == "web"
    for other in ("lifeboat/local/node/api/login", "lifeboat/local/linode-enrolment-token"):
        assert denied(lambda: reads.get_secret_value(SecretId=other))  # noqa: B023


def test_balancers_read_the_sites_certificate_and_web_servers_the_inbox(town: Stage, machine: Settle) -> None:
    certificate, inbox = "lifeboat/local/site-certificate", "lifeboat-local-inbox"
    town.client("secretsmanager", SECOND_REGION).put_secret_value(SecretId=certificate, SecretString="pem")
    box: Any = {"KeyConditionExpression": "box = :box", "ExpressionAttributeValues": {":box": {"S": "waiting#1"}}}
    may = {}
    for pool in ("balancer", "web", "database", "monitoring"):
        one = machine("lifeboat:local", "site:primary", f"pool:{pool}")
        one.runs()
        secrets, table = one.client("secretsmanager", SECOND_REGION), one.client("dynamodb", SECOND_REGION)
        may[pool] = (
            allowed(partial(secrets.get_secret_value, SecretId=certificate)),
            allowed(partial(table.query, TableName=inbox, **box)),
        )
    nothing = (False, False)
    assert may == {"balancer": (True, False), "web": (False, True), "database": nothing, "monitoring": nothing}


@pytest.mark.parametrize("lost", ["us-east-1", "us-east-2", "us-west-2"])
def test_a_node_is_made_and_kept_whichever_control_region_is_lost(town: Stage, machine: Settle, lost: str) -> None:
    town.cloud.regions.darken(lost, "reset")
    one = machine()
    assert one.runs() == 0
    assert verified(one)
    assert one.runs() == 0


def test_an_instance_is_too_old_after_15_minutes_of_aws_time_and_then_a_person_lets_it_in(
    town: Stage, machine: Settle, person: Person
) -> None:
    one = machine()
    town.cloud.let_pass(15 * 60)
    assert one.runs(patience=0) == 1
    said = person.does(f"lifeboat node approve -s local {one.number} --reason 'INC-42: late'")
    assert "may enrol as generation 1" in said.output
    assert one.runs() == 0
    assert verified(one)


def test_an_approval_is_over_after_15_minutes_of_aws_time(town: Stage, machine: Settle, person: Person) -> None:
    one = machine()
    town.cloud.let_pass(15 * 60)
    person.does(f"lifeboat node approve -s local {one.number} --reason 'INC-42: late'")
    town.cloud.let_pass(15 * 60)
    assert one.runs(patience=0) == 1


def test_nobody_becomes_a_node_from_another_address_or_without_the_stacks_tags(town: Stage, machine: Settle) -> None:
    one, another = machine(), machine("site:primary", "pool:web")
    thief = replace(one, address=another.address)
    assert thief.runs(patience=0) == 1
    assert another.runs(patience=0) == 1
    linode(town, "PUT", f"/linode/instances/{another.number}", {"tags": list(TAGS)})
    assert another.runs(patience=0) == 0


def captured(town: Stage, one: Inhabitant) -> bytes:
    """Return the last session request of a machine, as the function's address took it."""
    sent: list[bytes] = []

    def post(url: str, fields: Any) -> Reply:
        sent.append(json.dumps(fields).encode())
        return HttpPost()(url, fields)

    state = StateFile(one.folder / "kept" / "node.json")
    known = state.read()
    assert known is not None
    tools = Tools(
        urls=one.urls(),
        key=NodeKey.kept_in(one.folder / "kept" / "key.pem"),
        state=state,
        files=SessionFiles(one.running),
        post=post,
        clock=SystemClock(),
        dice=lambda: 0.5,
    )
    SessionKeeper(tools, known).refresh()
    return sent[-1]


def test_a_request_that_somebody_saw_is_worth_nothing_in_any_region(town: Stage, machine: Settle) -> None:
    one, thief = machine(), machine()
    one.runs()
    seen = captured(town, one)
    for url in one.urls().values():
        status, told = send(url, seen)
        assert (status, set(told)) == (403, {"error", "request"})
        assert reason_of(town, told["request"]) == "the counter was used before"
    status, told = send(one.urls(thief.address)[SECOND_REGION], seen)
    assert status == 403
    assert "not the instance's own" in reason_of(town, told["request"])


@pytest.mark.parametrize(
    ("body", "method", "status"),
    [
        (b"", "POST", 400),
        (b"{", "POST", 400),
        (b"[" * 10_000, "POST", 400),
        (b"\xff" * 100, "POST", 400),
        (b"{" + b" " * 16_384, "POST", 413),
        (b"x" * 7_000_000, "POST", 413),
        (b"", "GET", 405),
        (b'{"request":"enrol","linode_id":1,"generation":1,"csr":"x"}', "POST", 400),
    ],
)
def test_the_address_answers_nonsense_with_no_and_never_fails(
    town: Stage, person: Person, body: bytes, method: str, status: int
) -> None:
    url = town.outputs["enrolment"]["urls"][SECOND_REGION]
    assert send(url, body, method)[0] == status


def test_while_linode_is_away_nobody_new_is_let_in_and_nodes_go_on(town: Stage, machine: Settle) -> None:
    one, late = machine(), machine()
    one.runs()
    town.cloud.regions.darken("linode", "reset")
    assert one.runs() == 0
    assert late.runs(patience=0) == 1
    town.cloud.regions.restore("linode")
    assert late.runs() == 0


def test_who_is_forgotten_gets_no_session_and_who_is_rebuilt_waits(
    town: Stage, machine: Settle, person: Person
) -> None:
    one = machine()
    one.runs()
    rebuilt = replace(one, folder=one.folder / "again")
    rebuilt.folder.mkdir()
    assert rebuilt.runs(patience=0) == 1
    person.does(f"lifeboat node approve -s local {one.number} --reason rebuilt")
    assert rebuilt.runs() == 0
    former = captured(town, one)
    assert send(one.urls()[SECOND_REGION], former)[0] == 403
    assert "forgotten" in person.does(f"lifeboat node forget -s local {one.number} --reason 'broken into'").output
    assert send(one.urls()[SECOND_REGION], captured(town, rebuilt))[0] == 403


def test_a_rotation_moves_to_the_other_root_while_every_node_trusts_both(
    machine: Settle, person: Person, tmp_path: Path
) -> None:
    one = machine()
    one.runs()
    said = person.does("lifeboat authority use -s local b --reason rotation")
    assert (said.code, "1 nodes have not said that they trust b" in said.output) == (1, True)
    former = (one.running / "certificate.pem").read_text()
    one.runs()
    assert person.does("lifeboat authority use -s local b --reason rotation").code == 0
    one.runs()
    assert "b  signs, trusted by 1 of 1 nodes" in person.does("lifeboat authority show -s local").output
    issuers = [issuer_of(text, tmp_path) for text in (former, (one.running / "certificate.pem").read_text())]
    assert [one.rpartition("CN = ")[2].strip() for one in issuers] == ["root a", "root b"]
    assert verified(one)
    (one.running / "certificate.pem").write_text(former)
    assert verified(one)
    assert person.does("lifeboat authority use -s local a --reason 'back again'").code == 0


def issuer_of(pem: str, folder: Path) -> str:
    path = folder / "one.pem"
    path.write_text(pem)
    command: tuple[str | Path, ...] = ("openssl", "x509", "-in", path, "-noout", "-issuer")
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


SIDS = ("KeepEnrolments", "ReadAuthorities", "ReadLinodeToken", "SignCertificates", "GiveNodesCredentials")


def test_a_function_needs_each_of_its_permissions_and_no_other(town: Stage, machine: Settle) -> None:
    since = last_decision(town)
    for region in town.control_regions:
        one = machine()
        one.runs(only=region)
    decisions = town.cloud.decisions(since)
    used = [Used.of(RolePolicy.of_function(town, region, FUNCTION), decisions) for region in town.control_regions]
    assert [one for one in decisions if not one["allowed"]] == []
    for role in used:
        assert role.suffices(role.policy.statements)
        assert {one["Sid"] for one in role.policy.statements} == {*SIDS, "WriteOwnLog"}
    assert unneeded(used) == ["SignCertificates resource 1"]  # the other root's key, which does not sign now


@pytest.mark.parametrize("sid", SIDS)
def test_a_function_that_really_lost_a_statement_gives_nobody_anything(town: Stage, machine: Settle, sid: str) -> None:
    one = machine()
    policies = [RolePolicy.of_function(town, region, FUNCTION) for region in town.control_regions]
    first, second, third = (policy.reduced_to(policy.without(sid)) for policy in policies)
    with first, second, third:
        one.runs(patience=0)
        assert not (one.running / "credentials.json").exists()
    one.runs(patience=0)
    assert (one.running / "credentials.json").exists()


FORBIDDEN = (
    item("UpdateItem", SECOND_REGION, "control", "tier#data"),
    item("PutItem", SECOND_REGION, "control", "authority"),
    item("DeleteItem", SECOND_REGION, "control", "enrolment#7"),
    item("GetItem", "us-east-1", "control", "enrolment#7"),
    on("secretsmanager:GetSecretValue", SECOND_REGION, "secret:lifeboat/local/slack-webhook-abcdef"),
    on("sts:AssumeRole", "", "role/lifeboat/local/another"),
    on("kms:ScheduleKeyDeletion", SECOND_REGION, "key/mrk-1"),
)


@pytest.mark.parametrize("asked", FORBIDDEN)
def test_a_function_may_not_touch_what_is_anothers(town: Stage, asked: Any) -> None:
    used = Used.of(RolePolicy.of_function(town, SECOND_REGION, FUNCTION), ())
    assert not used.mentions(asked)


def test_nobody_but_an_enrolment_function_takes_the_nodes_role(town: Stage) -> None:
    role = "arn:aws:iam::123456789012:role/lifeboat/local/lifeboat-local-node"
    for caller in ("", f"lambda.{SECOND_REGION}.lifeboat-local-health-checker.0"):
        sts = town.cloud.client("sts", SECOND_REGION, caller)
        tags = [{"Key": f"lifeboat-{name}", "Value": "1"} for name in ("node", "site", "pool")]
        take: Any = sts
        assert denied(lambda: take.assume_role(RoleArn=role, RoleSessionName="node-1", Tags=tags))  # noqa: B023


def test_credentials_end_after_an_hour_of_aws_time(town: Stage, machine: Settle) -> None:
    one = machine()
    one.runs()
    tier = {"pk": {"S": "tier#data"}, "sk": {"S": "row"}}
    read = one.client("dynamodb", SECOND_REGION).get_item
    read(TableName=town.outputs["controlTable"], Key=tier)
    town.cloud.let_pass(3601)
    assert denied(lambda: read(TableName=town.outputs["controlTable"], Key=tier))
    one.runs()
    read = one.client("dynamodb", SECOND_REGION).get_item
    read(TableName=town.outputs["controlTable"], Key=tier)

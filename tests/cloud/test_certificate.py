"""The deployed keeper makes a certificate, everywhere, with its own role; people see and renew it by `lifeboat`."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from evaluation import committed
from failover.certificates.value import CertificateValue
from localcloud.cloud import EmbeddedCloud
from localcloud.create import Resources
from ops.deployed import deployed_of
from ops.runbook import filled
from ops.stack_outputs import Source, StackOutputs
from tests.cloud.permissions import Used, unneeded
from tests.cloud.person import Person
from tests.cloud.role_policies import RolePolicy
from tests.cloud.stage import Stage
from tests.runbook_steps import steps
from tests.stacks.certified import NAMES, deployed

SECRET, FUNCTION = "lifeboat/local/site-certificate", "lifeboat-local-certificate"


@pytest.fixture(scope="module")
def keepers() -> Iterator[Stage]:
    """A cloud of its own, in which the local stack has a certificate."""
    with EmbeddedCloud.start(profile="cloud", seed=5) as cloud:
        config = {"lifeboat:endpoints": {"url": cloud.endpoint}}
        deployed(Resources(cloud.endpoint).create, config, {"issuer": "internal"})
        yield Stage.of(cloud, committed("local").outputs)


@pytest.fixture
def person(keepers: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Person]:
    yield Person.near(keepers, tmp_path, monkeypatch)
    keepers.cloud.regions.restore()


def values(stage: Stage) -> dict[str, str]:
    read = {region: stage.client("secretsmanager", region) for region in stage.control_regions}
    return {region: client.get_secret_value(SecretId=SECRET)["SecretString"] for region, client in read.items()}


def invoke(stage: Stage, region: str, **event: object) -> dict[str, Any]:
    answer = stage.client("lambda", region, 60.0).invoke(FunctionName=FUNCTION, Payload=json.dumps(event).encode())
    return dict(json.loads(answer["Payload"].read()))


def test_the_runbook_leads_from_no_certificate_to_a_new_one_everywhere(keepers: Stage, person: Person) -> None:
    outputs = StackOutputs(lifeboat=cast("Mapping[str, Any]", keepers.outputs["lifeboat"]), source=Source.FILE)
    for step in steps(filled("certificate", deployed_of(outputs))):
        said = person.does(step.command)
        assert said.code in step.exit_codes(said.output), f"{step.command}\n{said.output}"
    assert len(set(values(keepers).values())) == 1


def test_a_new_certificate_is_for_the_sites_names_and_verified_by_the_root_beside_it(
    keepers: Stage, person: Person, tmp_path: Path
) -> None:
    assert person.does("lifeboat certificate renew -s local --force").code == 0
    value = CertificateValue.from_json(values(keepers)["us-east-1"])
    (tmp_path / "root.pem").write_text(value.root)
    (tmp_path / "chain.pem").write_text(value.chain)
    for name in NAMES:
        options = ["-x509_strict", "-verify_hostname", name, "-CAfile", "root.pem", "chain.pem"]
        subprocess.run(["/usr/bin/openssl", "verify", *options], cwd=tmp_path, check=True, capture_output=True)


def test_a_dark_region_is_told_and_gets_the_certificate_once_it_is_back(keepers: Stage, person: Person) -> None:
    keepers.cloud.regions.darken("us-west-2", "reset")
    said = person.does("lifeboat certificate renew -s local --force")
    assert (said.code, "not in us-west-2" in said.output) == (3, True)
    assert "lifeboat runbook certificate" in said.output
    keepers.cloud.regions.restore()
    assert "not in us-west-2" in person.does("lifeboat certificate show -s local").output
    again = person.does("lifeboat certificate renew -s local")
    assert (again.code, again.output.startswith("kept:")) == (0, True)
    assert len(set(values(keepers).values())) == 1


def test_a_person_is_told_as_json_what_holds_no_key(keepers: Stage, person: Person) -> None:
    invoke(keepers, "us-east-1", kind="renew")
    said = person.does("lifeboat certificate show -s local --json")
    told = json.loads(said.output)
    assert set(told["names"]) == set(NAMES)
    assert 89 < told["days_left"] <= 90
    assert told["behind"] == {}
    logged = "".join(str(line["message"]) for line in keepers.cloud.logs(FUNCTION))
    assert "PRIVATE KEY" not in said.output + logged


def test_each_look_tells_the_days_that_are_left(keepers: Stage) -> None:
    invoke(keepers, "us-west-2", kind="renew")
    invoke(keepers, "us-west-2", kind="show")
    lines = [str(line["message"]) for line in keepers.cloud.logs(FUNCTION)]
    told = [json.loads(line) for line in lines if "CertificateDaysLeft" in line]
    assert any(one["Region"] == "us-west-2" and 89 < one["CertificateDaysLeft"] <= 90 for one in told)


def test_an_event_of_another_kind_is_refused(keepers: Stage) -> None:
    assert invoke(keepers, "us-east-1", kind="sell")["errorType"] == "UnknownEvent"
    assert invoke(keepers, "us-east-1", kind="renew", force="yes")["errorType"] == "UnknownEvent"


def test_the_keepers_role_has_what_it_needs_and_nothing_else(keepers: Stage) -> None:
    decided = max((int(str(one["number"])) for one in keepers.cloud.decisions()), default=0)
    roles = {region: RolePolicy.of_function(keepers, region, FUNCTION) for region in keepers.control_regions}
    for region in roles:
        assert invoke(keepers, region, kind="renew", force=True)["renewed"]
    decisions = keepers.cloud.decisions(decided)
    assert [one for one in decisions if not one["allowed"]] == []
    used = [Used.of(policy, decisions) for policy in roles.values()]
    assert unneeded(tuple(used)) == []


@pytest.mark.parametrize("sid", ["TakeTurns", "KeepCertificate"])
def test_a_keeper_that_lost_a_statement_fails_and_leaves_the_certificate_alone(keepers: Stage, sid: str) -> None:
    invoke(keepers, "us-east-2", kind="renew")
    before = values(keepers)
    policy = RolePolicy.of_function(keepers, "us-east-2", FUNCTION)
    with policy.reduced_to(policy.without(sid)):
        told = invoke(keepers, "us-east-2", kind="renew", force=True)
    assert "AccessDenied" in told["errorMessage"]
    assert values(keepers) == before


def test_without_a_keeper_people_are_told_what_to_set(
    whole_stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {**whole_stage.outputs["lifeboat"], "stack": "bare"}  # nothing is deployed by that name
    bare = replace(whole_stage, outputs={"lifeboat": named})
    person = Person.near(bare, tmp_path, monkeypatch)
    for verb in ("show", "renew"):
        said = person.does(f"lifeboat certificate {verb} -s bare")
        assert (said.code, "lifeboat:traffic.certificates" in said.output) == (1, True)

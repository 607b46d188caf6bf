"""The place for Pulumi's state: made whole, made once, and made to the end after any cut."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto import backends
from moto.core.responses import ActionResult
from moto.s3.exceptions import ReplicationConfigurationNotFoundError
from moto.s3.responses import S3Response
from typer.testing import CliRunner, Result

from ops.__main__ import app
from ops.refusal import FAILED, REFUSED, Ended
from ops.stack_outputs import named_by_stack_file
from ops.state_backend import carry_out, steps
from ops.state_place import Answer, AwsCalls, StatePlace
from tests.ops.conftest import Ground

HOME, OTHER = "us-east-2", "us-west-2"
ACCOUNT = "123456789012"
BUCKET, REPLICA = f"lifeboat-local-state-{ACCOUNT}-{HOME}", f"lifeboat-local-state-{ACCOUNT}-{OTHER}"
READS = ("describe_", "get_", "head_", "list_")
MAKES = {
    "create_alias",
    "create_bucket",
    "create_key",
    "create_role",
    "enable_key_rotation",
    "put_bucket_encryption",
    "put_bucket_ownership_controls",
    "put_bucket_policy",
    "put_bucket_replication",
    "put_bucket_versioning",
    "put_public_access_block",
    "put_role_policy",
    "replicate_key",
}


@pytest.fixture(scope="module")
def place() -> StatePlace:
    return StatePlace.of(named_by_stack_file("local"))


@pytest.fixture(autouse=True)
def nothing_left(ground: Ground) -> Iterator[None]:
    empty_account()
    yield
    empty_account()


@pytest.fixture(autouse=True)
def whole_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto keeps the whole rule of a replication and tells a part of it; let it tell what it keeps."""

    def told(self: S3Response) -> Any:
        kept = self.backend.get_bucket_replication(self.bucket_name)
        if not kept:
            raise ReplicationConfigurationNotFoundError(bucket_name=self.bucket_name)
        self.data["Action"] = "GetBucketReplication"
        return self.serialized(
            ActionResult({"ReplicationConfiguration": {"Role": kept["Role"], "Rules": kept["Rule"]}})
        )

    monkeypatch.setattr(S3Response, "get_bucket_replication", told)


def empty_account() -> None:
    """Forget every key, bucket and role of this account."""
    for service in ("s3", "kms", "iam"):
        for backend in backends.get_backend(service)[ACCOUNT].values():
            backend.reset()


def run(*arguments: str, stack: str = "local") -> Result:
    return CliRunner().invoke(app, ["state-backend", "-s", stack, *arguments])


class BreaksOnce:
    """Calls AWS, and breaks once at each operation that makes something: before it, or after it has acted."""

    def __init__(self, *, after: bool) -> None:
        self._aws = AwsCalls()
        self._after = after
        self.broken = set[str]()

    def __call__(self, service: str, region: str, operation: str, **parameters: object) -> Answer:
        now = f"{operation} {region} {parameters.get('Bucket')}"
        breaks = not operation.startswith(READS) and now not in self.broken
        answer = self._aws(service, region, operation, **parameters) if self._after or not breaks else {}
        if breaks:
            self.broken.add(now)
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, operation)
        return answer


def everything(ground: Ground) -> dict[str, Any]:
    """Return what is there, as AWS tells it, less what differs from one making to the next."""
    s3, kms, iam = (partial(ground.client, service) for service in ("s3", "kms", "iam"))
    keys = {region: [one["KeyId"] for one in kms(region).list_keys()["Keys"]] for region in (HOME, OTHER)}
    told: dict[str, Any] = {"keys": {region: len(ids) for region, ids in keys.items()}}
    told["same key"] = keys[HOME] == keys[OTHER]
    for name, region in ((BUCKET, HOME), (REPLICA, OTHER)):
        told[name] = {
            "versioning": s3(region).get_bucket_versioning(Bucket=name)["Status"],
            "public": s3(region).get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"],
            "policy": json.loads(s3(region).get_bucket_policy(Bucket=name)["Policy"]),
            "region": s3(region).get_bucket_location(Bucket=name)["LocationConstraint"],
        }
    role = iam(HOME).get_role(RoleName="lifeboat-local-state-replication")["Role"]
    return {**told, "trust": role["AssumeRolePolicyDocument"]}


def test_state_is_kept_versioned_encrypted_private_and_twice(ground: Ground, place: StatePlace) -> None:
    carry_out(steps(place, AwsCalls()), dry_run=False)
    s3 = ground.client("s3", HOME)
    [rule] = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    by = rule["ApplyServerSideEncryptionByDefault"]
    described = ground.client("kms", OTHER).describe_key(KeyId="alias/lifeboat-local-state")["KeyMetadata"]
    assert (by["SSEAlgorithm"], by["KMSMasterKeyID"].rpartition("/")[2]) == ("aws:kms", described["KeyId"])
    assert described["MultiRegion"] is True
    [replicated] = s3.get_bucket_replication(Bucket=BUCKET)["ReplicationConfiguration"]["Rules"]
    assert (replicated["Status"], replicated["Destination"]["Bucket"]) == ("Enabled", f"arn:aws:s3:::{REPLICA}")
    assert replicated["Destination"]["EncryptionConfiguration"]["ReplicaKmsKeyID"] == described["Arn"]
    found = everything(ground)
    for name in (BUCKET, REPLICA):
        assert found[name]["versioning"] == "Enabled"
        assert set(found[name]["public"].values()) == {True}
        [statement] = found[name]["policy"]["Statement"]
        assert (statement["Effect"], statement["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    assert (found[BUCKET]["region"], found[REPLICA]["region"]) == (HOME, OTHER)


def test_it_tells_the_address_that_the_program_exports(place: StatePlace) -> None:
    told = run()
    assert told.exit_code == 0, told.output
    last = told.stdout.splitlines()[-1]
    assert last == f"export PULUMI_BACKEND_URL='{place.url}' PULUMI_CONFIG_PASSPHRASE=''"
    assert place.url == f"s3://{BUCKET}?region={HOME}"


def test_a_dry_run_tells_all_that_is_missing_and_makes_nothing(ground: Ground) -> None:
    told = json.loads(run("--dry-run", "--json").stdout)
    assert len(told["missing"]) == 20
    assert ground.client("s3", HOME).list_buckets()["Buckets"] == []
    assert ground.client("kms", HOME).list_keys()["Keys"] == []
    made = json.loads(run("--json").stdout)["made"]
    # moto gives the replica of a key its alias; AWS does not.
    assert [one for one in told["missing"] if one not in made] == [f"alias/lifeboat-local-state in {OTHER}"]


def test_a_second_run_makes_nothing(ground: Ground, place: StatePlace) -> None:
    carry_out(steps(place, AwsCalls()), dry_run=False)
    before = everything(ground)
    assert carry_out(steps(place, AwsCalls()), dry_run=False) == []
    assert everything(ground) == before


@pytest.mark.parametrize("after", [False, True], ids=["before it acted", "once it had acted"])
def test_whatever_a_run_was_cut_off_at_the_next_goes_on_from_there(
    ground: Ground, place: StatePlace, after: bool
) -> None:
    breaking, codes = BreaksOnce(after=after), list[int]()
    for _ in range(2 * len(MAKES)):
        try:
            carry_out(steps(place, breaking), dry_run=False)
            break
        except Ended as cut:
            codes.append(cut.code)
    assert len(codes) == len(breaking.broken)
    assert {one.split()[0] for one in breaking.broken} == MAKES
    assert everything(ground)["keys"] == {HOME: 1, OTHER: 1}
    assert carry_out(steps(place, AwsCalls()), dry_run=True) == []


def test_a_run_that_was_cut_off_says_what_it_has_made_and_how_to_go_on(place: StatePlace) -> None:
    breaking = BreaksOnce(after=False)
    with pytest.raises(Ended) as first:
        carry_out(steps(place, breaking), dry_run=False)
    with pytest.raises(Ended) as second:
        carry_out(steps(place, breaking), dry_run=False)
    assert (first.value.code, second.value.code) == (REFUSED, FAILED)
    assert second.value.facts == {"made": [f"multi-Region key in {HOME}"]}
    assert second.value.next_step == "the same command again"


def test_what_somebody_changed_is_put_right(ground: Ground, place: StatePlace) -> None:
    carry_out(steps(place, AwsCalls()), dry_run=False)
    s3 = ground.client("s3", HOME)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_policy(Bucket=BUCKET)
    mended = carry_out(steps(place, AwsCalls()), dry_run=False)
    assert mended == [f"{BUCKET}: versioned", f"{BUCKET}: TLS only"]


def test_credentials_of_another_account_are_refused_before_anything_is_made(ground: Ground) -> None:
    told = run(stack="prod")
    assert told.exit_code == REFUSED
    assert f"of account {ACCOUNT}; the stack file names 111122223333" in told.stderr
    assert ground.client("s3", HOME).list_buckets()["Buckets"] == []

"""Replication of a stack's state to another region: the role that S3 takes for it, and the rule."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from ops.state_key import StateKey
from ops.state_place import Call, StatePlace, found
from ops.state_step import Step, holds

POLICY = "replicate-state"


@dataclass(frozen=True)
class StateReplication:
    """From the state's bucket to the other one, deletions too; objects change keys on the way."""

    place: StatePlace
    key: StateKey
    call: Call

    def steps(self) -> Iterator[Step]:
        """Yield what makes the role, its policy and the rule."""
        role = self.place.replication_role
        yield Step(name=f"role {role}", is_made=self._has_role, make=self._create_role)
        yield Step(name=f"{role}: policy", is_made=self._has_policy, make=self._put_policy)
        to = self.place.replica_bucket
        yield Step(name=f"{self.place.bucket}: replicated to {to}", is_made=self._has_rule, make=self._put_rule)

    def _has_role(self) -> bool:
        told = found(self.call, "iam", self.place.region, "get_role", RoleName=self.place.replication_role)
        return told is not None and _document(told["Role"]["AssumeRolePolicyDocument"]) == self._trust()

    def _create_role(self) -> None:
        name, trust = self.place.replication_role, json.dumps(self._trust())
        if found(self.call, "iam", self.place.region, "get_role", RoleName=name) is None:
            self.call("iam", self.place.region, "create_role", RoleName=name, AssumeRolePolicyDocument=trust)
        else:
            self.call("iam", self.place.region, "update_assume_role_policy", RoleName=name, PolicyDocument=trust)

    def _has_policy(self) -> bool:
        asked = {"RoleName": self.place.replication_role, "PolicyName": POLICY}
        told = found(self.call, "iam", self.place.region, "get_role_policy", **asked)
        return told is not None and _document(told["PolicyDocument"]) == self._policy()

    def _put_policy(self) -> None:
        asked = {"RoleName": self.place.replication_role, "PolicyName": POLICY}
        self.call("iam", self.place.region, "put_role_policy", **asked, PolicyDocument=json.dumps(self._policy()))

    def _has_rule(self) -> bool:
        told = found(self.call, "s3", self.place.region, "get_bucket_replication", **self._bucket())
        return told is not None and holds(told["ReplicationConfiguration"], self._rule())

    def _put_rule(self) -> None:
        rule = {"ReplicationConfiguration": self._rule()}
        self.call("s3", self.place.region, "put_bucket_replication", **self._bucket(), **rule)

    def _bucket(self) -> dict[str, object]:
        return {"Bucket": self.place.bucket, "ExpectedBucketOwner": self.place.account_id}

    def _trust(self) -> object:
        ours = {"StringEquals": {"aws:SourceAccount": self.place.account_id}}
        allowed = {"Sid": "Replicate", "Effect": "Allow", "Action": "sts:AssumeRole"}
        return _policy({**allowed, "Principal": {"Service": "s3.amazonaws.com"}, "Condition": ours})

    def _policy(self) -> object:
        """Return what S3 needs (https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html)."""
        place = self.place
        source, target = (f"arn:aws:s3:::{name}" for name in (place.bucket, place.replica_bucket))
        read = ("GetObjectVersionAcl", "GetObjectVersionForReplication", "GetObjectVersionTagging")
        return _policy(
            _allow("ReadRule", ["s3:GetReplicationConfiguration", "s3:ListBucket"], source),
            _allow("ReadVersions", [f"s3:{one}" for one in read], f"{source}/*"),
            _allow("WriteReplicas", ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"], f"{target}/*"),
            _allow("Decrypt", ["kms:Decrypt"], self.key.arn(place.region)),
            _allow("Encrypt", ["kms:Encrypt"], self.key.arn(place.replica_region)),
        )

    def _rule(self) -> dict[str, object]:
        to = {
            "Bucket": f"arn:aws:s3:::{self.place.replica_bucket}",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": self.key.arn(self.place.replica_region)},
        }
        rule = {
            "ID": "state",
            "Priority": 1,
            "Status": "Enabled",
            "Filter": {},
            "DeleteMarkerReplication": {"Status": "Enabled"},
            "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
            "Destination": to,
        }
        return {"Role": f"arn:aws:iam::{self.place.account_id}:role/{self.place.replication_role}", "Rules": [rule]}


def _allow(sid: str, actions: list[str], resource: str | None) -> dict[str, object]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def _policy(*statements: object) -> object:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _document(told: object) -> object:
    """Return a policy as values; boto3 decodes it, other clients of IAM get it as a URL's text."""
    return json.loads(unquote(told)) if isinstance(told, str) else told

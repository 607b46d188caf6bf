"""The multi-Region key that encrypts a stack's state: one key, the same id in both regions, an alias in each."""

from collections.abc import Iterator

from ops.state_place import Call, StatePlace, found
from ops.state_step import Step

PURPOSE = "pulumi-state"


class StateKey:
    """Finds the key by its tags, which it is created with: an alias may not have got on it yet."""

    def __init__(self, place: StatePlace, call: Call) -> None:
        self.place = place
        self.call = call
        self._known: str | None = None

    def steps(self) -> tuple[Step, ...]:
        """Return what makes key, replica and aliases, in this order."""
        home, other = self.place.region, self.place.replica_region
        return (
            Step(name=f"multi-Region key in {home}", is_made=lambda: self.key_id() is not None, make=self._create),
            Step(name=f"its yearly rotation in {home}", is_made=self._is_rotated, make=self._rotate),
            Step(name=f"its replica in {other}", is_made=self._is_replicated, make=self._replicate),
            self._alias(home),
            self._alias(other),
        )

    def arn(self, aws_region: str) -> str | None:
        """Return the key's ARN in a region, or nothing while there is no key."""
        key_id = self.key_id()
        return f"arn:aws:kms:{aws_region}:{self.place.account_id}:key/{key_id}" if key_id else None

    def key_id(self) -> str | None:
        """Return the id that the key has in both regions."""
        if self._known is None:
            self._known = next((one for one in self._all() if self._tags(one) == self._own_tags()), None)
        return self._known

    def _alias(self, aws_region: str) -> Step:
        def is_made() -> bool:
            named = found(self.call, "kms", aws_region, "describe_key", KeyId=self.place.key_alias)
            return named is not None and named["KeyMetadata"]["KeyId"] == self.key_id()

        def make() -> None:
            name, key_id = self.place.key_alias, self.key_id()
            taken = found(self.call, "kms", aws_region, "describe_key", KeyId=name) is not None
            operation = "update_alias" if taken else "create_alias"
            self.call("kms", aws_region, operation, AliasName=name, TargetKeyId=key_id)

        return Step(name=f"{self.place.key_alias} in {aws_region}", is_made=is_made, make=make)

    def _create(self) -> None:
        tags = [{"TagKey": name, "TagValue": value} for name, value in self._own_tags().items()]
        told = f"Encrypts the Pulumi state of lifeboat's stack {self.place.stack}"
        self.call("kms", self.place.region, "create_key", MultiRegion=True, Description=told, Tags=tags)

    def _is_rotated(self) -> bool:
        key_id = self.key_id()
        if key_id is None:
            return False
        return bool(self.call("kms", self.place.region, "get_key_rotation_status", KeyId=key_id)["KeyRotationEnabled"])

    def _rotate(self) -> None:
        self.call("kms", self.place.region, "enable_key_rotation", KeyId=self.key_id())

    def _is_replicated(self) -> bool:
        key_id = self.key_id()
        return bool(key_id and found(self.call, "kms", self.place.replica_region, "describe_key", KeyId=key_id))

    def _replicate(self) -> None:
        asked = {"KeyId": self.key_id(), "ReplicaRegion": self.place.replica_region}
        self.call("kms", self.place.region, "replicate_key", **asked)

    def _all(self) -> Iterator[str]:
        marker: dict[str, object] = {}
        while True:
            page = self.call("kms", self.place.region, "list_keys", **marker)
            yield from (key["KeyId"] for key in page["Keys"] if key["KeyId"].startswith("mrk-"))
            if not page.get("Truncated"):
                return
            marker = {"Marker": page["NextMarker"]}

    def _tags(self, key_id: str) -> dict[str, str]:
        told = self.call("kms", self.place.region, "list_resource_tags", KeyId=key_id)
        return {one["TagKey"]: one["TagValue"] for one in told["Tags"]}

    def _own_tags(self) -> dict[str, str]:
        return {"lifeboat:project": "lifeboat", "lifeboat:stack": self.place.stack, "lifeboat:purpose": PURPOSE}

"""Creates resources as evaluation does, in an account whose time passes while it waits."""

import importlib
from collections.abc import Mapping

from pulumi import _types

from evaluation import Registration, Value
from evaluation.properties import unknown_properties
from localcloud.create.linode import LinodeResources
from tests.localcloud.create.test_create import registration
from tests.localcloud.linode.bench import PASSWORD, REGION, Bench

Made = tuple[str, Mapping[str, Value]]


def declared(kind: str, inputs: Mapping[str, Value]) -> Registration:
    """Declare a resource of the provider: ``VpcSubnet``, with inputs that it has."""
    found = registration(f"linode:index/{kind[0].lower()}{kind[1:]}:{kind}", dict(inputs), kind.lower())
    assert unknown_properties(found.type, found.inputs) == []
    return found


def outputs_of(kind: str) -> set[str]:
    """Give the names of all that the provider's own class keeps of a resource."""
    resource = getattr(importlib.import_module("pulumi_linode"), kind)
    state = getattr(importlib.import_module(resource.__module__), f"_{kind}State")
    return set(_types.input_type_types(state))


class Deployer:
    """Makes resources and keeps how long it waited."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.waits: list[float] = []
        self._resources = LinodeResources(bench.endpoint, self._wait)

    def create(self, kind: str, **inputs: Value) -> Made:
        """Create a resource; its outputs are among those that the provider's class has."""
        id_, outputs = self._resources.create(declared(kind, inputs))
        assert set(outputs) <= outputs_of(kind), set(outputs) - outputs_of(kind)
        return id_, outputs

    def instance(self, **inputs: Value) -> Made:
        """Create an instance in the usual region, from an image unless told otherwise."""
        usual: dict[str, Value] = {"region": REGION, "type": "g6-nanode-1", "image": "linode/debian12"}
        return self.create("Instance", **{**usual, "rootPass": PASSWORD, **inputs})

    def vpc(self) -> int:
        """Create a VPC."""
        return int(self.create("Vpc", label="net", region=REGION)[0])

    def subnet(self, ipv4: str = "10.0.0.0/24") -> int:
        """Create a VPC with one subnet."""
        return int(self.create("VpcSubnet", vpcId=self.vpc(), label="inner", ipv4=ipv4)[0])

    def firewall(self) -> int:
        """Create a firewall that lets nothing in."""
        return int(self.create("Firewall", label="guard", inboundPolicy="DROP", outboundPolicy="ACCEPT")[0])

    def _wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.bench.pass_time(seconds)

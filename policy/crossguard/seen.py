"""What an engine shows of a resource, as a registration."""

from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf import struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2

from evaluation import Registration, Value
from evaluation.registration import decoded, plain
from policy.declared import PROVIDER

STACK = "pulumi:pulumi:Stack"
INTERNAL = "__"


@dataclass(frozen=True)
class Shown:
    """Properties as values, without what providers note for themselves, and the paths of those that are secret."""

    values: Mapping[str, Value]
    secret_paths: tuple[str, ...]


def shown(properties: struct_pb2.Struct, type_: str) -> Shown:
    """Read the properties of a resource of a type; what a preview does not know yet reads UNKNOWN."""
    secrets: list[str] = []
    sent = rpc.deserialize_properties(properties, keep_unknowns=True)
    given = {name: decoded(value, type_) for name, value in sent.items() if not name.startswith(INTERNAL)}
    values = {name: plain(value, name, secrets) for name, value in given.items()}
    return Shown(values, tuple(sorted(secrets)))


def registration(resource: analyzer_pb2.AnalyzerResource, inputs: Shown) -> Registration:
    """Return a resource of a stack with the inputs that it was given.

    An engine does not show what is retained on delete: that is judged by `make policy` alone.
    """
    provider = resource.provider
    by_property = sorted(resource.propertyDependencies.items())
    return Registration(
        urn=resource.urn,
        type=resource.type,
        name=resource.name,
        parent=resource.parent,
        provider=provider.urn,
        region=_region(inputs.values, provider),
        inputs=inputs.values,
        secret_paths=inputs.secret_paths,
        dependencies=tuple(sorted(resource.dependencies)),
        property_dependencies={name: tuple(sorted(needed.urns)) for name, needed in by_property if needed.urns},
        protect=resource.options.protect,
        ignore_changes=tuple(resource.options.ignoreChanges),
        retain_on_delete=True,
        # Components have no provider of their own.
        custom=bool(provider.urn) or resource.type.startswith(PROVIDER),
    )


def _region(inputs: Mapping[str, Value], provider: analyzer_pb2.AnalyzerProviderResource) -> str:
    own = inputs.get("region") or shown(provider.properties, provider.type).values.get("region")
    return str(own or "")

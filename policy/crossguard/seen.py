"""What an engine shows of a resource, as a registration."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_policy import PolicyProviderResource, PolicyResource
from pulumi_policy.proxy import UnknownValueError

from evaluation import UNKNOWN, Registration, Value
from policy.declared import PROVIDER

STACK = "pulumi:pulumi:Stack"
NOT_SHOWN = "[not shown]"


def registration(resource: PolicyResource, inputs: Mapping[str, Value]) -> Registration:
    """Return a resource of a stack with the inputs that it was given.

    An engine shows packs neither which inputs are secret nor what is retained on delete
    (https://www.pulumi.com/docs/reference/pkg/python/pulumi_policy): those two are judged by `make policy` alone.
    """
    provider = resource.provider
    return Registration(
        urn=resource.urn,
        type=resource.resource_type,
        name=resource.name,
        parent=resource.parent.urn if resource.parent else "",
        provider=provider.urn if provider else "",
        region=_region(inputs, provider),
        inputs=inputs,
        secret_paths=(),
        dependencies=tuple(sorted(one.urn for one in resource.dependencies)),
        property_dependencies={
            name: tuple(sorted(one.urn for one in needed)) for name, needed in resource.property_dependencies.items()
        },
        protect=resource.opts.protect,
        ignore_changes=tuple(resource.opts.ignore_changes),
        retain_on_delete=True,
        # Components have no provider of their own.
        custom=provider is not None or resource.resource_type.startswith(PROVIDER),
    )


def plain_inputs(properties: Mapping[str, object]) -> dict[str, Value]:
    """Return properties as values; what a preview does not know yet reads UNKNOWN."""
    return {str(name): _item(properties, name) for name in properties}


def _region(inputs: Mapping[str, Value], provider: PolicyProviderResource | None) -> str:
    own = inputs.get("region") or (plain_inputs(provider.props).get("region") if provider else "")
    return str(own or "")


def _item(holder: Mapping[str, object] | Sequence[object], key: str | int) -> Value:
    try:
        return _plain(holder[key])  # type: ignore[index]
    except UnknownValueError:
        return UNKNOWN


def _plain(value: object) -> Value:
    if isinstance(value, Mapping):
        return plain_inputs(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, position) for position in range(len(value))]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, str | int | float):
        return value
    return NOT_SHOWN if isinstance(value, pulumi.Asset | pulumi.Archive) else str(value)

"""Checks property names, nested ones too, against the provider's own typed input classes; nobody else here does."""

import importlib
import keyword
import re
import typing
from collections.abc import Iterator, Mapping

from pulumi import _types

from evaluation.registration import Value

PROVIDER = re.compile(r"^pulumi:providers:(\w+)$")


def unknown_properties(token: str, inputs: Mapping[str, Value]) -> list[str]:
    """Return the dotted paths of the properties that the resource's type does not have."""
    return sorted(_unknown(_inputs_of(token), inputs, ""))


def _inputs_of(token: str) -> type:
    """Find the class of ``aws:sns/topic:Topic``, which is ``pulumi_aws.sns.TopicArgs``.

    A nested type of another resource may have that name, as ``pulumi_linode.VpcSubnetArgs``: then it is
    ``VpcSubnetInitArgs``.
    """
    package, module, name = PROVIDER.sub(r"\1:index:Provider", token).split(":")
    place = module.partition("/")[0]
    python = "" if place == "index" else f".{place}_" if keyword.iskeyword(place) else f".{place}"
    found = importlib.import_module(f"pulumi_{package}{python}")
    return typing.cast("type", getattr(found, f"{name}InitArgs", None) or getattr(found, f"{name}Args"))


def _unknown(cls: type, values: Mapping[str, Value], path: str) -> Iterator[str]:
    types = _types.input_type_types(cls)
    for name, value in values.items():
        if name not in types:
            yield f"{path}{name}"
        elif inner := _nested(types[name]):
            items = value if isinstance(value, list) else [value]
            yield from (
                one for item in items if isinstance(item, dict) for one in _unknown(inner, item, f"{path}{name}.")
            )


def _nested(annotation: object) -> type | None:
    """Return the input class inside an annotation such as ``Sequence[Input[TableReplicaArgs]]``."""
    if isinstance(annotation, type) and _types.is_input_type(annotation):
        return annotation
    return next((inner for part in typing.get_args(annotation) if (inner := _nested(part))), None)

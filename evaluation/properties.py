"""Checks the names of a resource's properties, nested ones too, against the provider's own typed input classes.

The engine leaves this to the provider, which is not here; the test monitor checks nothing.
"""

import importlib
import keyword
import typing
from collections.abc import Iterator, Mapping

from pulumi import _types

from evaluation.refused import Refused
from evaluation.registration import Value


def check_names(token: str, urn: str, inputs: Mapping[str, Value]) -> None:
    """Refuse a property that the resource's type does not have.

    Raises:
        Refused: naming every wrong property.
    """
    wrong = sorted(_wrong(_args_class(token), inputs, ""))
    if wrong:
        raise Refused(f"{urn} sets {', '.join(wrong)}, which {token} does not have")


def _args_class(token: str) -> type:
    package, module, name = token.split(":")
    if package == "pulumi" and module == "providers":
        package, place, name = name, "", "Provider"
    else:
        place = module.partition("/")[0]
    path = ["pulumi_" + package, *([_python(place)] if place not in ("", "index") else [])]
    found = getattr(importlib.import_module(".".join(path)), f"{name}Args", None)
    if not isinstance(found, type):
        raise Refused(f"{token} has no typed inputs in the installed provider")
    return found


def _wrong(cls: type, values: Mapping[str, Value], path: str) -> Iterator[str]:
    types = _types.input_type_types(cls)
    for name, value in values.items():
        if name not in types:
            yield f"{path}{name}"
        elif inner := _nested(types[name]):
            yield from (wrong for item in _items(value) for wrong in _wrong(inner, item, f"{path}{name}."))


def _nested(annotation: object) -> type | None:
    """Return the input class inside an annotation such as ``Sequence[Input[TableReplicaArgs]]``."""
    if isinstance(annotation, type) and _types.is_input_type(annotation):
        return annotation
    return next((inner for part in typing.get_args(annotation) if (inner := _nested(part))), None)


def _items(value: Value) -> Iterator[Mapping[str, Value]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def _python(module: str) -> str:
    return f"{module}_" if keyword.iskeyword(module) else module

"""What moto does again at every request though nothing has changed, done once or not at all."""

from collections.abc import MutableMapping
from typing import Any

from moto import backends
from moto.core.model import StructureShape
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models.table import StreamRecord

PLAIN = frozenset({"S", "N", "BOOL", "NULL", "SS", "NS"})
_whole = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001  no other way in


def hurry() -> None:
    """Speed moto up in this process; called again it changes nothing.

    It lists its modules from disk at every request, and looks for each of an attribute value's ten types under a dozen
    spellings, which is most of what a read costs. Before each transaction it copies the tables with every record that
    their streams ever had; those never change once they are written.
    """
    listed = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: listed
    BaseJSONSerializer._serialize_type_structure = _structure  # type: ignore[method-assign,assignment]  # noqa: SLF001
    setattr(StreamRecord, "__deepcopy__", lambda record, _memo: record)  # noqa: B010 moto has no such method to replace


def _structure(
    serializer: BaseJSONSerializer, serialized: MutableMapping[str, Any], value: Any, shape: StructureShape, key: str
) -> None:
    """Leave an attribute value without bytes in it as it is: it has the API's form already."""
    if shape.name == "AttributeValue" and _is_in_the_apis_form(value):
        serialized[key] = value
    else:
        _whole(serializer, serialized, value, shape, key)


def _is_in_the_apis_form(value: object) -> bool:
    """Say whether an attribute value is JSON already, down to the last one in its maps and lists."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [(kind, held)] = value.items()
    if kind == "M":
        return isinstance(held, dict) and all(map(_is_in_the_apis_form, held.values()))
    return all(map(_is_in_the_apis_form, held)) if kind == "L" else kind in PLAIN

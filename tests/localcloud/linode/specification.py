"""Linode's own specification of its API, as its command line carries it.

The package ``linode-cli`` has, for each operation, the fields of its answer with their types, which it read from the
OpenAPI document when it was built. Whether a field may be null, or which value it may have, is not among them.
"""

import io
import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

PREFIX = "/{apiVersion}"
DATA = "data-3"
UNTYPED = frozenset({"/networking/ips", "/networking/reserved/ips"})
"""Paths whose answers have no types in the specification; the package takes them all for strings."""


UNTYPED_FIELDS = frozenset({"secondary_entity.id"})
"""A number or a word, as the entity has it."""


class _Remembered:
    """Stands in for every class of the package, so that nothing of it runs."""

    def __setstate__(self, state: object) -> None:
        for part in state if isinstance(state, tuple) else (state,):
            if isinstance(part, dict):
                vars(self).update(part)


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        return super().find_class(module, name) if module == "builtins" else _Remembered


@dataclass(frozen=True)
class Operation:
    """What the specification says of one operation: its answer as a JSON schema, None if it has no fields."""

    name: str
    method: str
    path: str
    paged: bool
    schema: dict[str, Any] | None
    filterable: frozenset[str]


@cache
def operations() -> dict[str, Operation]:
    """Read all operations, by the names of their pages in the reference."""
    found = find_spec("linodecli")
    assert found is not None
    assert found.origin is not None
    baked = _Reader(io.BytesIO((Path(found.origin).parent / DATA).read_bytes())).load()
    groups = (group for name, group in baked.items() if not name.startswith("_"))
    return {each.name: each for group in groups for each in _read(group)}


def _read(group: dict[str, Any]) -> Iterator[Operation]:
    for known in group.values():
        path, model = known.url_path.removeprefix(PREFIX), known.response_model
        attributes = model.attrs if model else []
        yield Operation(
            name=str(known.docs_url).rpartition("/")[2],
            method=known.method.upper(),
            path=path,
            paged=bool(model and model.is_paginated),
            schema=_schema(attributes, typed=not path.startswith(tuple(UNTYPED))) if attributes else None,
            filterable=frozenset(each.name for each in attributes if each.filterable),
        )


def _schema(attributes: list[Any], *, typed: bool) -> dict[str, Any]:
    """Build the schema of an answer: no other field than these, all of the first level, and their types or null."""
    root: dict[str, Any] = {}
    for each in attributes:
        node = root
        *above, name = each.name.split(".")
        for part in above:
            node = node.setdefault(part, {})
        node[name] = _leaf(each) if typed and each.name not in UNTYPED_FIELDS else True
    schema = _node(root)
    return {**schema, "required": sorted(root)}


def _leaf(attribute: Any) -> dict[str, Any] | bool:
    if attribute.datatype == "object":
        return True
    schema: dict[str, Any] = {"type": [attribute.datatype, "null"]}
    return {**schema, "items": {"type": attribute.item_type}} if attribute.item_type else schema


def _node(fields: dict[str, Any]) -> dict[str, Any]:
    """Build the schema of an object with these fields, or of a list of them: the package does not tell which."""
    inner = {name: _node(each) if _is_node(each) else each for name, each in fields.items()}
    alike = {"properties": inner, "additionalProperties": False}
    return {"type": ["object", "array", "null"], **alike, "items": {"type": "object", **alike}}


def _is_node(field: object) -> bool:
    return isinstance(field, dict) and not ("type" in field and isinstance(field["type"], list))


def shown_by(operation: str, told: object) -> Iterator[object]:
    """Give what an answer shows: each object of a page, or the whole."""
    page = isinstance(told, dict) and set(told) == {"data", "page", "pages", "results"}
    yield from told["data"] if page and isinstance(told, dict) else [told]

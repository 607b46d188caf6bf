"""Reads Pulumi.yaml and Pulumi.<stack>.yaml as the engine does and gives what it would pass to the program."""

import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from evaluation.refused import Refused

ROOT = Path(__file__).resolve().parents[1]
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "object": dict,
    "array": list,
}


def project_name() -> str:
    """Return the project's name."""
    return str(_document("Pulumi.yaml")["name"])


def stack_config(stack: str, overrides: Mapping[str, object]) -> dict[str, str]:
    """Return the stack's config as ``PULUMI_CONFIG`` would hold it: every value a text, objects as JSON.

    ``overrides`` replace whole keys of the stack file; a key without a namespace is the project's own.

    Raises:
        Refused: no such stack file, a required key missing, a value of another type than declared.
    """
    project = _document("Pulumi.yaml")
    given = _mapping(_document(f"Pulumi.{stack}.yaml").get("config"))
    values = {_qualified(key): value for key, value in {**given, **_all_qualified(overrides)}.items()}
    declared = {_qualified(key): _mapping(schema) for key, schema in _mapping(project.get("config")).items()}
    for key, schema in declared.items():
        values[key] = _checked(key, values.get(key, schema.get("default")), schema, stack)
    return {key: _text(value) for key, value in sorted(values.items()) if value is not None}


def _checked(key: str, value: object, schema: Mapping[str, object], stack: str) -> object:
    wanted = str(schema.get("type", "string"))
    if value is None:
        raise Refused(f"Stack '{stack}' is missing configuration value '{key}'")
    if not isinstance(value, TYPES[wanted]) or (wanted == "integer" and isinstance(value, bool)):
        raise Refused(f"Stack '{stack}' with configuration key '{key}' must be of type '{wanted}'")
    return value


def _all_qualified(values: Mapping[str, object]) -> dict[str, object]:
    return {_qualified(key): value for key, value in values.items()}


def _qualified(key: str) -> str:
    return key if ":" in key else f"{project_name()}:{key}"


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _document(name: str) -> Mapping[str, object]:
    path = ROOT / name
    if not path.is_file():
        raise Refused(f"{name} is missing; stacks are {', '.join(sorted(_stacks()))}")
    return _mapping(yaml.safe_load(path.read_text(encoding="utf-8")))


def _stacks() -> list[str]:
    return [path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml")]


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise Refused(f"expected an object in a Pulumi file, found {value!r}")
    return value

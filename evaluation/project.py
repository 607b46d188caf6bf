"""Reads Pulumi.yaml and Pulumi.<stack>.yaml as the engine does and gives what it would pass to the program."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import yaml

ROOT = Path(__file__).resolve().parents[1]
PROJECT = "lifeboat"
T = TypeVar("T")
TYPES: Mapping[str, type] = {"string": str, "boolean": bool, "integer": int, "object": dict, "array": list}


class Refused(Exception):
    """The program or its config is such that the engine, or the provider, would not take it."""


def stack_config(stack: str, overrides: Mapping[str, object]) -> dict[str, str]:
    """Return the config as ``PULUMI_CONFIG`` holds it: each value a text, what is not a text as JSON.

    ``overrides`` replace whole keys of the stack file, None takes one away; a key without a namespace is the project's.

    Raises:
        Refused: no such stack file, a required key missing, a value of another type than declared.
    """
    declared = _qualified(_config("Pulumi.yaml"))
    defaults = {key: schema["default"] for key, schema in declared.items() if "default" in schema}
    values = {**defaults, **_qualified(_config(f"Pulumi.{stack}.yaml")), **_qualified(overrides)}
    given = {key: value for key, value in values.items() if value is not None}
    for key, schema in declared.items():
        if key not in given:
            raise Refused(f"Stack '{stack}' is missing configuration value '{_told(key)}'")
        if type(given[key]) is not TYPES[schema["type"]]:
            raise Refused(f"Stack '{stack}' with configuration key '{_told(key)}' must be of type '{schema['type']}'")
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in sorted(given.items())}


def _qualified(values: Mapping[str, T]) -> dict[str, T]:
    return {key if ":" in key else f"{PROJECT}:{key}": value for key, value in values.items()}


def _told(key: str) -> str:
    """Return a key as the engine's messages spell it: without the project's own namespace."""
    return key.removeprefix(f"{PROJECT}:")


def _config(name: str) -> Mapping[str, dict[str, str]]:
    if not (ROOT / name).is_file():
        stacks = sorted(path.name.split(".")[1] for path in ROOT.glob("Pulumi.*.yaml"))
        raise Refused(f"{name} is missing; stacks are {', '.join(stacks)}")
    document: dict[str, dict[str, dict[str, str]]] = yaml.load((ROOT / name).read_bytes(), Loader=yaml.CSafeLoader)
    return document["config"]

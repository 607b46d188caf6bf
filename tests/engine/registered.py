"""What the engine keeps of a resource, and what evaluation recorded, in one form."""

from collections.abc import Iterable, Mapping
from typing import Any

from evaluation import UNKNOWN, Archive, Evaluation, Registration
from evaluation.monitor import STACK
from evaluation.registration import PROVIDER, decoded

SIGNATURE = "4dabf18193072939515e22adb298388d"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
NOT_KNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
# What the engine and providers note beside what the program gave.
DEFAULTS = "__defaults"
NOTED = frozenset({DEFAULTS, "__internal", "version"})


def by_engine(resources: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, object]]:
    """Return the resources of a state or of a preview's steps, by URN."""
    known = {one["urn"]: one for one in resources if one["type"] != STACK}
    return {urn: _kept(one, known) for urn, one in known.items()}


def by_evaluation(evaluation: Evaluation) -> dict[str, dict[str, object]]:
    """Return the registrations of an evaluation, by URN. The engine keeps no provider of a component."""
    return {one.urn: _recorded(one) for one in evaluation.registrations}


def differences(
    kept: Mapping[str, Mapping[str, object]], recorded: Mapping[str, Mapping[str, object]]
) -> dict[str, tuple[object, object]]:
    """Return what the engine and evaluation have otherwise, by URN and field.

    What evaluation does not know the engine may know: the name that a provider makes up before it creates a thing.
    """
    return {
        f"{urn} {field}": (value, recorded.get(urn, {}).get(field))
        for urn, fields in kept.items()
        for field, value in fields.items()
        if not _agree(value, recorded.get(urn, {}).get(field))
    }


def _agree(kept: object, recorded: object) -> bool:
    if isinstance(kept, dict) and isinstance(recorded, dict):
        return kept.keys() == recorded.keys() and all(_agree(kept[name], recorded[name]) for name in kept)
    return recorded in (kept, UNKNOWN)


def _kept(one: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    provider = one.get("provider", "").rpartition("::")[0]
    return {
        "parent": one.get("parent", ""),
        "provider": provider,
        "region": _region(one, known[provider]) if provider else "",
        "inputs": _given(one),
        "dependencies": sorted(one.get("dependencies") or ()),
        "property_dependencies": {
            name: sorted(urns) for name, urns in (one.get("propertyDependencies") or {}).items() if urns
        },
        "protect": one.get("protect", False),
        "retain_on_delete": one.get("retainOnDelete", False),
        "custom": one["custom"],
    }


def _region(one: Mapping[str, Any], provider: Mapping[str, Any]) -> str:
    """Return the region that a resource names itself, as those of Linode do, or else that of its provider."""
    return str(one["inputs"].get("region") or provider["inputs"].get("region", ""))


def _given(one: Mapping[str, Any]) -> dict[str, object]:
    inputs = one.get("inputs") or {}
    noted = {*inputs.get(DEFAULTS, ()), *(NOTED if one["type"].startswith(PROVIDER) else {DEFAULTS})}
    return {name: _plain(decoded(value, one["type"])) for name, value in inputs.items() if name not in noted}


def _plain(value: Any) -> object:
    """Return a value of the state as evaluation has it."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == ARCHIVE:
            return Archive(files=tuple(sorted((name, asset["path"]) for name, asset in value["assets"].items())))
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return UNKNOWN if value == NOT_KNOWN else value


def _recorded(one: Registration) -> dict[str, object]:
    return {
        "parent": one.parent,
        "provider": one.provider if one.custom else "",
        "region": one.region if one.custom and one.provider else "",
        "inputs": dict(one.inputs),
        "dependencies": list(one.dependencies),
        "property_dependencies": {name: list(urns) for name, urns in one.property_dependencies.items()},
        "protect": one.protect,
        "retain_on_delete": one.retain_on_delete,
        "custom": one.custom,
    }

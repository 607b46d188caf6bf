"""Reads the protocol's numbers; the domain itself says which are safe."""

import dataclasses
from collections.abc import Mapping

from failover.protocol import Protocol, ProtocolError
from stacks.config_error import ConfigError
from stacks.config_section import Section

KEY = "lifeboat:protocol"
# The largest timeout of a function is 900 s; the rest is for its start, its last write and its answer.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html
LONGEST_RUN_SECONDS = 860.0


def read_protocol(section: Section, control_regions: tuple[str, ...]) -> Protocol:
    """Read ``lifeboat:protocol``; names are those of ``failover.protocol.Protocol`` in camelCase, times in seconds.

    Raises:
        ConfigError: an unsafe number, an even electorate, an observer that runs nowhere.
    """
    with section:
        numbers = {
            field.name: section.number(camel_case(field.name), _default(field), 0.0, 3600.0) for field in _numbers()
        }
        electorates = _electorates(section.section("electorates"), control_regions)
    try:
        protocol = Protocol(**_counted(numbers), electorates=electorates)  # type: ignore[arg-type]
    except ProtocolError as error:
        raise ConfigError(f"{KEY}.{camel_case(error.field)}", error.value, camel_cased(error.rule)) from error
    _check_runs(protocol)
    return protocol


def camel_case(name: str) -> str:
    """Return a field's name as config spells it: ``probe_interval`` is ``probeInterval``."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def camel_cased(rule: str) -> str:
    """Return a rule with the field names in it spelt as in config."""
    return " ".join(camel_case(word) if "_" in word else word for word in rule.split(" "))


def _numbers() -> list["dataclasses.Field[float]"]:
    return [field for field in dataclasses.fields(Protocol) if field.name != "electorates"]


def _default(field: "dataclasses.Field[float]") -> float:
    if not isinstance(field.default, int | float):
        raise TypeError(f"{field.name} of the protocol has no plain default")
    return field.default


def _counted(numbers: Mapping[str, float]) -> dict[str, float]:
    whole = {field.name for field in _numbers() if field.type is int}
    return {name: _whole(name, value) if name in whole else float(value) for name, value in numbers.items()}


def _whole(name: str, value: float) -> int:
    if value != int(value):
        raise ConfigError(f"{KEY}.{camel_case(name)}", value, "it must be a whole number")
    return int(value)


def _electorates(section: Section, control_regions: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    with section:
        voters = section.texts("data", tuple(sorted(control_regions)))
    strangers = sorted(set(voters) - set(control_regions))
    if strangers:
        allowed = f"an observer runs only in a control region: {', '.join(control_regions)}"
        raise ConfigError(section.key("data"), list(voters), allowed)
    return {"data": voters}


def _check_runs(protocol: Protocol) -> None:
    for name in ("observer_life", "plan_total"):
        seconds: float = getattr(protocol, name)
        if seconds > LONGEST_RUN_SECONDS:
            rule = f"it must be at most {LONGEST_RUN_SECONDS:g} s, what one run of a function can last"
            raise ConfigError(f"{KEY}.{camel_case(name)}", seconds, rule)

"""Reads the protocol's numbers; the domain itself says which are safe."""

import dataclasses
from collections.abc import Mapping

from failover.protocol import Protocol, ProtocolError
from stacks.config_error import ConfigError
from stacks.config_section import Section
from stacks.protocol_ranges import (
    LONGEST_BETWEEN_STARTS_SECONDS,
    LONGEST_START_SECONDS,
    RANGES,
    SHORTEST_ATTEMPT_SECONDS,
)

KEY = "lifeboat:protocol"


def read_protocol(section: Section, control_regions: tuple[str, ...]) -> Protocol:
    """Read ``lifeboat:protocol``; names are those of ``failover.protocol.Protocol`` in camelCase, times in seconds.

    Raises:
        ConfigError: a number that is unsafe or makes no sense, an even electorate, an observer that runs nowhere.
    """
    with section:
        numbers = {field.name: _number(section, field) for field in _numbers()}
        electorates = _electorates(section.section("electorates"), control_regions)
    try:
        protocol = Protocol(**_counted(numbers), electorates=electorates)  # type: ignore[arg-type]
    except ProtocolError as error:
        raise ConfigError(f"{KEY}.{camel_case(error.field)}", error.value, camel_cased(error.rule)) from error
    _check_preparing_view(protocol)
    _check_observer_life(protocol)
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


def _number(section: Section, field: "dataclasses.Field[float]") -> float:
    limits = RANGES[field.name]
    return section.number(camel_case(field.name), _default(field), limits.low, limits.high, camel_cased(limits.why))


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


def _check_preparing_view(protocol: Protocol) -> None:
    least = SHORTEST_ATTEMPT_SECONDS + protocol.moving_poll
    if protocol.preparing_view < least:
        rule = f"it must be at least {least:g} s: a client's shortest attempt, 0.45 s, and movingPoll"
        raise ConfigError(f"{KEY}.preparingView", protocol.preparing_view, rule)


def _check_observer_life(protocol: Protocol) -> None:
    """Refuse a life that ends before a successor votes. Where time is scaled, the schedule is scaled along."""
    votes_after = LONGEST_START_SECONDS + protocol.generation_overlap + protocol.probe_interval
    least = LONGEST_BETWEEN_STARTS_SECONDS + votes_after
    if protocol.observer_life < least:
        rule = (
            f"it must be at least {least:g} s: starts are up to {LONGEST_BETWEEN_STARTS_SECONDS:g} s apart, and a "
            f"successor votes {votes_after:g} s after its own, generationOverlap and one probeInterval included"
        )
        raise ConfigError(f"{KEY}.observerLife", protocol.observer_life, rule)

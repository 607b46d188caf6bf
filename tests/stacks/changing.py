"""A configuration in which everything is right, to be made wrong one thing at a time."""

import copy
import json
from collections.abc import Mapping

import pytest

from stacks.config_error import ConfigError
from stacks.settings import Settings

KEY = {"partitionKey": {"name": "id"}}
SORTED = {**KEY, "sortKey": {"name": "at"}}
GOOD: Mapping[str, object] = {
    "accountId": "111122223333",
    "control": {"regions": ["us-east-1", "us-east-2", "us-west-2"]},
    "data": {"primaryRegion": "us-east-1", "secondaryRegion": "us-west-2", "tables": {"orders": SORTED}},
}


def refusal(change: Mapping[str, object]) -> str:
    """Return the one line with which the changed configuration is refused."""
    with pytest.raises(ConfigError) as refused:
        Settings.load("prod", pulumi_config(changed(change)))
    line = str(refused.value)
    assert "\n" not in line
    return line


def changed(change: Mapping[str, object]) -> dict[str, object]:
    """Return the good config with values at dotted paths set, or taken away by ``None``."""
    config: dict[str, object] = copy.deepcopy(dict(GOOD))
    for path, value in change.items():
        *parents, last = path.split(".")
        place = config
        for parent in parents:
            inner = place.setdefault(parent, {})
            assert isinstance(inner, dict)
            place = inner
        if value is None:
            del place[last]
        else:
            place[last] = value
    return config


def pulumi_config(values: Mapping[str, object]) -> str:
    """Return the values as the engine passes them: each a text."""
    texts = {f"lifeboat:{key}": value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    return json.dumps({"aws:region": "ignored", **texts})


def assert_refused(change: Mapping[str, object], key: str, says: list[str]) -> None:
    """See a wrong value refused with its key, with what is said of it, and with what to do."""
    line = refusal(change)
    assert f"lifeboat:{key} is " in line, line
    assert all(part in line for part in says), line
    assert line.endswith(("`", "; change it in Pulumi.STACK.yaml")), line

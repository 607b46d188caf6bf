"""A key that is no setting stops the program with what was meant."""

import json
from collections.abc import Mapping

import pytest

from stacks.config_error import ConfigError
from stacks.settings import Settings
from tests.stacks.changing import GOOD, pulumi_config, refusal

# A misspelt key at each depth, and what was meant.
MISSPELT = [
    ({"protectdata": True}, "protectdata", "protectData"),
    ({"control.region": ["us-east-1"]}, "control.region", "regions"),
    ({"data.secondryRegion": "us-west-2"}, "data.secondryRegion", "secondaryRegion"),
    ({"data.tables.orders.ttlAtribute": "end"}, "data.tables.orders.ttlAtribute", "ttlAttribute"),
    ({"data.tables.orders.partitionKey.typ": "S"}, "data.tables.orders.partitionKey.typ", "type"),
    ({"protocol": {"clientveiw": 4}}, "protocol.clientveiw", "clientView"),
    ({"protocol": {"electorates": {"dta": []}}}, "protocol.electorates.dta", "data"),
    ({"alerting": {"email": ["a@example.com"]}}, "alerting.email", "emails"),
    ({"endpoints": {"urll": "http://a"}}, "endpoints.urll", "url"),
]


@pytest.mark.parametrize(("change", "key", "meant"), MISSPELT)
def test_an_unknown_key_is_refused_with_what_was_meant(change: Mapping[str, object], key: str, meant: str) -> None:
    line = refusal(change)
    assert f"lifeboat:{key} is not a setting; did you mean {meant!r}?" in line
    assert f"`pulumi config rm --path 'lifeboat:{key}'`" in line


@pytest.mark.parametrize(
    ("misspelt", "given", "missing"),
    [
        ("acountId", {"accountId": None, "acountId": "111122223333"}, "accountId"),
        ("contrl", {"control": None, "contrl": {"regions": ["us-east-1"]}}, "control.regions"),
        ("control.regoins", {"control": {"regoins": ["us-east-1"]}}, "control.regions"),
        ("data.primryRegion", {"data.primaryRegion": None, "data.primryRegion": "us-east-1"}, "data.primaryRegion"),
    ],
)
def test_a_missing_key_is_told_together_with_the_one_that_was_misspelt(
    misspelt: str, given: Mapping[str, object], missing: str
) -> None:
    line = refusal(given)
    assert f"lifeboat:{missing} is missing" in line
    assert f"did you mean it by lifeboat:{misspelt}, which is not a setting? rename it in Pulumi.STACK.yaml" in line


def test_the_other_region_is_no_misspelling_of_a_missing_one() -> None:
    assert "did you mean" not in refusal({"data.primaryRegion": None})


@pytest.mark.parametrize("namespace", ["lifebaot", "lifeboats", "life-boat", "Lifeboat", "liveboat"])
def test_a_misspelt_namespace_is_refused(namespace: str) -> None:
    config = {**json.loads(pulumi_config(GOOD)), f"{namespace}:protectData": "false"}
    with pytest.raises(ConfigError) as refused:
        Settings.load("prod", json.dumps(config))
    line = str(refused.value)
    assert f"{namespace}:protectData is not a setting; did you mean 'lifeboat:protectData'?" in line
    assert f"`pulumi config rm --path '{namespace}:protectData'`" in line


@pytest.mark.parametrize("namespace", ["aws", "aws-native", "linode", "pulumi", "kubernetes", "random"])
def test_other_namespaces_are_the_engines_business(namespace: str) -> None:
    Settings.load("prod", json.dumps({**json.loads(pulumi_config(GOOD)), f"{namespace}:protectData": "false"}))


def test_a_key_like_no_other_is_answered_with_those_there_are() -> None:
    assert "known here: regions" in refusal({"control.zzz": 1})

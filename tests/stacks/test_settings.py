"""Every wrong setting stops the program with one line that the operator can act on."""

import contextlib
import copy
import json
from collections.abc import Mapping
from dataclasses import fields

import botocore.session
import pulumi_aws as aws
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.project import stack_config
from failover.protocol import Protocol
from failover.region_calls import HURRIED
from stacks.aws_regions import partition_of
from stacks.config_error import ConfigError
from stacks.protocol_ranges import RANGES, SHORTEST_ATTEMPT_SECONDS
from stacks.protocol_settings import camel_case, camel_cased
from stacks.settings import Settings

KEY = {"partitionKey": {"name": "id"}}
SORTED = {**KEY, "sortKey": {"name": "at"}}
GOOD: Mapping[str, object] = {
    "accountId": "111122223333",
    "control": {"regions": ["us-east-1", "us-east-2", "us-west-2"]},
    "data": {"primaryRegion": "us-east-1", "secondaryRegion": "us-west-2", "tables": {"orders": SORTED}},
}
STRONG = {"data.mode": "mrsc"}
LOCAL_INDEX = {"by-note": {"sortKey": {"name": "note"}}}
# What is changed, the key that the line names, what else it says: the value, and what is allowed.
WRONG = [
    ({"accountId": "12345"}, "accountId", ["'12345'", "12 digits"]),
    ({"control.regions": ["us-east-1", "us-east-2"]}, "control.regions", ["exactly three"]),
    ({"control.regions": ["us-east-1", "us-east-1", "us-west-2"]}, "control.regions", ["different"]),
    ({"control.regions": ["us-east-1", "us-east-2", "eu-west-1"]}, "control.regions", ["one MRSC set", "eu-west-1"]),
    ({"control.regions": "us-east-1"}, "control.regions", ["'us-east-1'", "list"]),
    ({"control": {}}, "control.regions", ["missing"]),
    ({"data.secondaryRegion": "us-east-1"}, "data.secondaryRegion", ["'us-east-1'", "differ"]),
    ({"data.primaryRegion": "us-esat-1"}, "data.primaryRegion", ["'us-esat-1'", "us-east-1"]),
    ({"data.primaryRegion": "cn-north-1"}, "data.primaryRegion", ["'cn-north-1'", "aws-cn", "arn:aws:"]),
    ({"data.secondaryRegion": "us-gov-west-1"}, "data.secondaryRegion", ["aws-us-gov", "arn:aws:"]),
    ({"data.secondaryRegion": "us-iso-east-1"}, "data.secondaryRegion", ["aws-iso", "arn:aws:"]),
    ({"data.mode": "mrs"}, "data.mode", ["'mrs'", "mrec, mrsc, streams"]),
    ({"data.witnessRegion": "us-east-2"}, "data.witnessRegion", ["'us-east-2'", "only mode mrsc"]),
    ({**STRONG, "data.secondaryRegion": "eu-west-1"}, "data.mode", ["'mrsc'", "one MRSC set"]),
    ({**STRONG, "data.witnessRegion": "us-west-2"}, "data.witnessRegion", ["'us-west-2'", "third region"]),
    ({**STRONG, "data.witnessRegion": "eu-west-1"}, "data.witnessRegion", ["'eu-west-1'", "third region"]),
    ({**STRONG, "data.tables.orders.ttlAttribute": "end"}, "data.tables.orders.ttlAttribute", ["'end'", "no TTL"]),
    ({**STRONG, "data.tables.orders.localIndexes": LOCAL_INDEX}, "data.tables.orders.localIndexes", ["no local index"]),
    ({"data.tables.control": KEY}, "data.tables.control", ["'control'", "not canary or control"]),
    ({"data.tables.Orders": KEY}, "data.tables.Orders", ["'Orders'", "lower-case"]),
    ({"data.tables.orders.partitionKey.type": "X"}, "data.tables.orders.partitionKey.type", ["'X'", "S, N, B"]),
    ({"data.tables.orders.sortKey.name": "id"}, "data.tables.orders.sortKey", ["'id'", "partitionKey"]),
    (
        {"data.tables.orders.globalIndexes": {"by-note": {"partitionKey": {"name": "a"}, "sortKey": {"name": "a"}}}},
        "data.tables.orders.globalIndexes.by-note.sortKey",
        ["'a'", "partitionKey"],
    ),
    (
        {"data.tables.orders.localIndexes": {"by-note": {"sortKey": {"name": "id"}}}},
        "data.tables.orders.localIndexes",
        ["'by-note'", "partitionKey"],
    ),
    ({"data.tables.orders.ttlAttribute": "at"}, "data.tables.orders.ttlAttribute", ["'at'", "number"]),
    ({"data.tables.plain": {**KEY, "localIndexes": LOCAL_INDEX}}, "data.tables.plain.localIndexes", ["sortKey"]),
    ({"data.tables.orders.globalIndexes": {"ab": KEY}}, "data.tables.orders.globalIndexes.ab.name", ["'ab'", "3-255"]),
    ({"data.tables.orders.encryptionKeyId": "1234"}, "data.tables.orders.encryptionKeyId", ["'1234'", "mrk-"]),
    ({"data.tables.orders.pointInTimeRecovery": "yes"}, "data.tables.orders.pointInTimeRecovery", ["'yes'", "true or"]),
    ({"healthCheck": {"maxLatencyMs": 5}}, "healthCheck.maxLatencyMs", ["5", "10-10000"]),
    ({"healthCheck": {"maxLatencyMs": 1501}}, "healthCheck.maxLatencyMs", ["1501", "1500 ms", "probeDeadline"]),
    ({"healthCheck": {"itemKey": ""}}, "healthCheck.itemKey", ["''", "not empty"]),
    *(
        ({"healthCheck": {"itemKey": key}}, "healthCheck.itemKey", [repr(key), "1-64 of A-Z"])
        for key in ("*", "health_?", "a#b", "${aws:username}", "a" * 65)
    ),
    ({"protocol": {"cooldown": 5}}, "protocol.cooldown", ["5", "60-3600", "age of an order"]),
    ({"protocol": {"clientMargin": 0.001}}, "protocol.clientMargin", ["0.001", "0.1-5", "transit"]),
    ({"protocol": {"maxLag": 3600}}, "protocol.maxLag", ["3600", "1-60", "maxLag may be missing"]),
    ({"protocol": {"fall": 1}}, "protocol.fall", ["1", "2-10"]),
    ({"protocol": {"preparingView": 0.45}}, "protocol.preparingView", ["0.45", "shortest attempt"]),
    ({"protocol": {"preparingView": 0.6}}, "protocol.preparingView", ["0.65", "movingPoll"]),
    ({"protocol": {"clientView": 1}}, "protocol.clientPoll", ["clientView"]),
    ({"protocol": {"heartbeat": 3}}, "protocol.heartbeat", ["3", "ownerLease"]),
    ({"protocol": {"ownerLease": 4}}, "protocol.heartbeat", ["ownerLease"]),
    ({"protocol": {"probeInterval": 4.4}}, "protocol.heartbeat", ["1.9 s", "ownerLease", "probeInterval"]),
    ({"protocol": {"fall": 2.5}}, "protocol.fall", ["2.5", "whole number"]),
    ({"protocol": {"timeScale": 0.5}}, "protocol.timeScale", ["0.5", "1 in AWS", "lifeboat:endpoints.url"]),
    ({"protocol": {"observerLife": 130}}, "protocol.observerLife", ["130", "140 s", "generationOverlap"]),
    ({"protocol": {"generationOverlap": 30}}, "protocol.observerLife", ["150.0", "158 s", "generationOverlap"]),
    ({"protocol": {"timeScale": 2}}, "protocol.timeScale", ["2", "0.01-1"]),
    ({"protocol": {"planTotal": 900}}, "protocol.planTotal", ["900", "860"]),
    ({"protocol": {"electorates": {"data": ["us-east-1", "us-east-2"]}}}, "protocol.electorates.data", ["odd"]),
    (
        {"protocol": {"electorates": {"data": ["us-east-1", "us-east-2", "eu-west-1"]}}},
        "protocol.electorates.data",
        ["eu-west-1", "control region"],
    ),
    ({"alerting": {"emails": ["nobody"]}}, "alerting.emails[0]", ["'nobody'", "e-mail"]),
    ({"alerting": {"webhooks": ["http://a.example"]}}, "alerting.webhooks[0]", ["'http://a.example'", "https"]),
    ({"alerting": {"webhooks": ["https://user:pass@a.example"]}}, "alerting.webhooks[0]", ["without credentials"]),
    ({"alerting": {"slackWebhookSecret": "a b"}}, "alerting.slackWebhookSecret", ["'a b'"]),
    ({"functions": {"logRetentionDays": 31}}, "functions.logRetentionDays", ["31", "30, 60"]),
    ({"functions": {"memoryMb": 64}}, "functions.memoryMb", ["64", "128-10240"]),
    ({"pipeline": {"repository": "lifeboat"}}, "pipeline.repository", ["'lifeboat'", "OWNER/NAME"]),
    ({"pipeline": {"repository": "example/*"}}, "pipeline.repository", ["'example/*'", "OWNER/NAME"]),
    ({"pipeline": {"repository": "example@1/lifeboat"}}, "pipeline.repository", ["OWNER@ID/NAME@ID"]),
    ({"pipeline": {"repository": "example@1/lifeboat@*"}}, "pipeline.repository", ["OWNER@ID/NAME@ID"]),
    ({"pipeline": {"branch": "*"}}, "pipeline.branch", ["'*'", "1-100"]),
    ({"endpoints": {"url": "localhost"}}, "endpoints.url", ["'localhost'", "http"]),
    ({"tags": {"team": 5}}, "tags.team", ["5", "text"]),
    ({"tags": {"lifeboat:stack": "x"}}, "tags.lifeboat:stack", ["'x'", "this program", "Pulumi.STACK.yaml"]),
    ({"tags": {"lifeboat:owner": "x"}}, "tags.lifeboat:owner", ["'x'", "this program"]),
    ({"tags": {"AWS:team": "x"}}, "tags.AWS:team", ["'x'", "AWS"]),
    ({"protectData": "si"}, "protectData", ["'si'", "true or false"]),
]
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


@pytest.mark.parametrize(("change", "key", "says"), WRONG)
def test_a_wrong_value_is_refused_with_key_value_and_next_step(
    change: Mapping[str, object], key: str, says: list[str]
) -> None:
    line = refusal(change)
    assert f"lifeboat:{key} is " in line
    assert all(part in line for part in says), line
    assert line.endswith(("`", "; change it in Pulumi.STACK.yaml"))


@pytest.mark.parametrize(("change", "key", "meant"), MISSPELT)
def test_an_unknown_key_is_refused_with_what_was_meant(change: Mapping[str, object], key: str, meant: str) -> None:
    line = refusal(change)
    assert f"lifeboat:{key} is not a setting; did you mean {meant!r}?" in line
    assert f"`pulumi config rm --path 'lifeboat:{key}'`" in line


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("beyond", ["low", "high"])
def test_each_number_of_the_protocol_has_limits_and_says_why(name: str, beyond: str) -> None:
    limits = RANGES[name]
    value = limits.low * 0.99 - 0.01 if beyond == "low" else limits.high * 1.01
    line = refusal({"protocol": {camel_case(name): value}})
    assert f"lifeboat:protocol.{camel_case(name)} is {value!r}; it must be" in line
    assert camel_cased(limits.why) in line


@pytest.mark.parametrize(
    ("change", "command"),
    [
        ({"accountId": "12345"}, "pulumi config set --path 'lifeboat:accountId' VALUE"),
        ({"protectData": "si"}, "pulumi config set --path 'lifeboat:protectData' VALUE"),
        (
            {"protocol": {"clientMargin": 9}},
            "pulumi config set --path --type float 'lifeboat:protocol.clientMargin' VALUE",
        ),
        ({"tags": {"team": 5}}, "pulumi config set --path --type string 'lifeboat:tags.team' VALUE"),
        (
            {"alerting": {"emails": ["a@example.com", "nobody"]}},
            "pulumi config set --path 'lifeboat:alerting.emails[1]' VALUE",
        ),
        ({"control": {}}, "pulumi config set --path 'lifeboat:control.regions[0]' VALUE"),
        ({"data.tables.Orders": KEY}, "pulumi config rm --path 'lifeboat:data.tables.Orders'"),
    ],
)
def test_a_single_value_is_set_with_the_command_that_keeps_its_type(change: Mapping[str, object], command: str) -> None:
    assert refusal(change).endswith(f" with `{command}`")


@pytest.mark.parametrize(
    "change",
    [
        {"control.regions": "us-east-1"},
        {"control.regions": ["us-east-1", "us-east-2"]},
        {"data": "orders"},
        {"protocol": {"electorates": {"data": ["us-east-1", "us-east-2"]}}},
        {**STRONG, "data.tables.orders.localIndexes": LOCAL_INDEX},
        {"data.tables.plain": {**KEY, "localIndexes": LOCAL_INDEX}},
        {"tags": {"lifeboat:stack": "x"}},
    ],
    ids=str,
)
def test_a_list_or_object_is_changed_in_the_stacks_file(change: Mapping[str, object]) -> None:
    """`pulumi config set` would put a text in its place."""
    assert refusal(change).endswith("; change it in Pulumi.STACK.yaml")


def test_a_number_may_be_a_key_and_expire_too() -> None:
    sorted_by_end = {"sortKey": {"name": "end", "type": "N"}, "ttlAttribute": "end", **KEY}
    Settings.load("prod", pulumi_config(changed({"data.tables.sessions": sorted_by_end})))


def test_the_regions_of_the_partition_are_those_that_botocore_knows() -> None:
    session = botocore.session.get_session()
    partitions = {region.value: session.get_partition_for_region(region.value) for region in aws.Region}
    assert {region: partition_of(region) for region in partitions} == partitions


def test_every_number_has_limits() -> None:
    assert set(RANGES) == {field.name for field in fields(Protocol)} - {"electorates"}


def test_the_shortest_attempt_is_the_one_that_clients_make() -> None:
    assert pytest.approx(sum(HURRIED)) == SHORTEST_ATTEMPT_SECONDS


def test_the_tenth_scale_protocol_of_the_embedded_cloud_is_right() -> None:
    numbers = {"timeScale": 0.1, "probeDeadline": 2.9, "maxLag": 15}
    config = changed({"protocol": numbers, "endpoints": {"url": "http://127.0.0.1:4566"}})
    scaled = Settings.load("local", pulumi_config(config)).protocol.scaled()
    assert (scaled.probe_deadline, scaled.cooldown) == pytest.approx((0.29, 60))


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


def test_a_lost_region_must_be_one_of_the_stacks() -> None:
    assert Settings.load("prod", pulumi_config(GOOD), "us-east-1, us-west-2").lost_regions == {"us-east-1", "us-west-2"}
    with pytest.raises(ConfigError, match="LIFEBOAT_LOST_REGIONS is 'us-east-9'; it lists regions of this stack"):
        Settings.load("prod", pulumi_config(GOOD), "us-east-1,us-east-9")


def test_the_stacks_name_must_fit_the_names_of_tables() -> None:
    with pytest.raises(ConfigError, match="stack is 'My_Stack'"):
        Settings.load("My_Stack", pulumi_config(GOOD))


@pytest.mark.parametrize("stack", ["local", "staging", "prod"])
def test_the_committed_stacks_are_right(stack: str) -> None:
    settings = Settings.load(stack, json.dumps(stack_config(stack, {})))
    assert settings.protocol.time_scale == 1
    assert settings.protocol.electorates == {"data": settings.control.regions}


def test_local_differs_from_prod_only_where_it_must() -> None:
    local, prod = (Settings.load(name, json.dumps(stack_config(name, {}))) for name in ("local", "prod"))
    assert (local.control, local.data, local.protocol, local.health_check) == (
        prod.control,
        prod.data,
        prod.protocol,
        prod.health_check,
    )


def test_committed_stack_files_hold_no_secret(pytestconfig: pytest.Config) -> None:
    files = list(pytestconfig.rootpath.glob("Pulumi*.yaml"))
    assert len(files) == 4
    for path in files:
        text = path.read_text()
        assert "secure:" not in text
        assert "encryptionsalt" not in text


@given(
    st.dictionaries(
        st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists), max_size=4
    )
)
def test_nothing_but_a_config_error_comes_of_any_control_object(control: dict[str, object]) -> None:
    with contextlib.suppress(ConfigError):
        Settings.load("prod", pulumi_config({**GOOD, "control": control}))


def refusal(change: Mapping[str, object]) -> str:
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

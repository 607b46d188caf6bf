"""Every wrong setting stops the program with one line that the operator can act on."""

import contextlib
import json
from collections.abc import Mapping

import botocore.session
import pulumi_aws as aws
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.project import stack_config
from stacks.aws_regions import partition_of
from stacks.config_error import ConfigError
from stacks.settings import Settings
from tests.stacks.changing import GOOD, KEY, assert_refused, changed, pulumi_config, refusal

STRONG = {"data.mode": "mrsc"}
LOCAL_INDEX = {"by-note": {"sortKey": {"name": "note"}}}
STREAMS = {"data.mode": "streams"}
ORDERS = "data.tables.orders"
OURS = "_lifeboat_expires"
# What mode streams refuses of names, beside the change of mode.
STREAMS_WRONG: list[tuple[Mapping[str, object], str, list[str]]] = [
    ({"data.tables.orders.partitionKey.name": "_lifeboat"}, f"{ORDERS}.partitionKey.name", ["'_lifeboat'", "adds"]),
    ({"data.tables.orders.sortKey.name": OURS}, f"{ORDERS}.sortKey.name", [f"'{OURS}'"]),
    ({"data.tables.orders.ttlAttribute": OURS}, f"{ORDERS}.ttlAttribute", [f"'{OURS}'"]),
    ({"data.tables.orders.localAttributes": ["note", "_lifeboat"]}, f"{ORDERS}.localAttributes", ["'_lifeboat'"]),
    ({"data.tables.orders.localAttributes": ["a,b"]}, f"{ORDERS}.localAttributes", ["'a,b'", "comma"]),
    ({"data.tables.orders.partitionKey.name": "a,b"}, f"{ORDERS}.partitionKey.name", ["'a,b'", "comma"]),
    (
        {"data.tables.orders.localIndexes": {"by-note": {"sortKey": {"name": OURS}}}},
        f"{ORDERS}.localIndexes.by-note.sortKey.name",
        [f"'{OURS}'"],
    ),
    (
        {"data.tables.orders.globalIndexes": {"by-note": {"partitionKey": {"name": "a,b"}}}},
        f"{ORDERS}.globalIndexes.by-note.partitionKey.name",
        ["'a,b'"],
    ),
    (
        {f"data.tables.{'t' * 33}": KEY},
        f"data.tables.{'t' * 33}",
        ["at most 32 characters", f"lifeboat-prod-stream-replicator-{'t' * 33}", "Lambda takes 64"],
    ),
]
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
    ({"data.tables.orders.lostWrites": "some"}, "data.tables.orders.lostWrites", ["'some'", "listed or unlisted"]),
    ({**STREAMS, "data.tables.orders.lostWrites": "unlisted"}, "data.tables.orders.lostWrites", ["only in mode mrec"]),
    ({**STRONG, "data.tables.orders.lostWrites": "unlisted"}, "data.tables.orders.lostWrites", ["only in mode mrec"]),
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
    *(({**STREAMS, **change}, key, says) for change, key, says in STREAMS_WRONG),
]


@pytest.mark.parametrize(("change", "key", "says"), WRONG)
def test_a_wrong_value_is_refused_with_key_value_and_next_step(
    change: Mapping[str, object], key: str, says: list[str]
) -> None:
    assert_refused(change, key, says)


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


@pytest.mark.parametrize(
    "change", [change for change, _, _ in STREAMS_WRONG if "localAttributes" not in str(change)], ids=str
)
def test_names_that_only_versions_cannot_take_are_taken_where_items_carry_none(change: Mapping[str, object]) -> None:
    plain = {"data.tables.orders.sortKey.type": "N", "data.tables.orders.lostWrites": "unlisted"}
    Settings.load("prod", pulumi_config(changed({**plain, **change})))


def test_the_longest_name_that_fits_a_replicator_is_taken() -> None:
    Settings.load("prod", pulumi_config(changed({**STREAMS, f"data.tables.{'t' * 32}": KEY})))


def test_a_stacks_name_must_leave_room_for_the_bucket_of_dead_records() -> None:
    streams = pulumi_config(changed({**STREAMS, "data.primaryRegion": "ap-northeast-1"}))
    Settings.load("p" * 13, streams)
    with pytest.raises(ConfigError, match=r"stack is 'pppppppppppppp'; .* at most 13 characters"):
        Settings.load("p" * 14, streams)
    with pytest.raises(
        ConfigError, match=r"stack is 'ppppppppppppppppppp'; .* mode mrec in us-east-1 .* 18 characters"
    ):
        Settings.load("p" * 19, pulumi_config(GOOD))
    Settings.load("p" * 20, pulumi_config(changed(STRONG)))


def test_a_number_may_be_a_key_and_expire_too() -> None:
    sorted_by_end = {"sortKey": {"name": "end", "type": "N"}, "ttlAttribute": "end", **KEY}
    Settings.load("prod", pulumi_config(changed({"data.tables.sessions": sorted_by_end})))


def test_the_regions_of_the_partition_are_those_that_botocore_knows() -> None:
    session = botocore.session.get_session()
    partitions = {region.value: session.get_partition_for_region(region.value) for region in aws.Region}
    assert {region: partition_of(region) for region in partitions} == partitions


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
        st.text(),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=9),
        max_size=4,
    )
)
def test_nothing_but_a_config_error_comes_of_any_control_object(control: dict[str, object]) -> None:
    with contextlib.suppress(ConfigError):
        Settings.load("prod", pulumi_config({**GOOD, "control": control}))

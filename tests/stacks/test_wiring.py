"""Whatever points at something points at something that is declared."""

import json
from collections import Counter

import pytest

from evaluation import Evaluation, Registration, evaluate
from failover.orders import OrderKind
from failover.readiness.inventory import Inventory
from localcloud.filter_policies import wanted
from tests.conftest import Evaluate
from tests.stacks.registered import (
    ALARM,
    BUCKET,
    FUNCTION,
    MAPPING,
    QUEUE,
    ROLE_POLICY,
    SCHEDULE,
    SECRET,
    SUBSCRIPTION,
    TABLE,
    TOPIC,
    at,
    items,
    named,
    of_type,
    replicas,
    text,
    texts,
)

UNLISTED: dict[str, dict[str, str]] = {"kept": {}, "plain": {"lostWrites": "unlisted"}}


def place(arn: str) -> tuple[str, str]:
    """Return region and name of what an ARN names."""
    parts = arn.split(":")
    return parts[3], parts[-1]


def variables(function: Registration) -> dict[str, str]:
    found = at(function.inputs, "environment", "variables")
    assert isinstance(found, dict)
    return {name: str(value) for name, value in found.items()}


def test_what_is_broken_about_telling_people_goes_past_the_notifier(stack: Evaluation) -> None:
    for alarm in of_type(stack, ALARM):
        name = text(alarm.inputs, "name")
        nobody_else = alarm.region not in texts(stack.outputs["controlRegions"])
        past = name.endswith("dead-letters") or "notifier" in name or nobody_else
        expected = "alerts" if past else "signals"
        assert str(alarm.inputs["alarmActions"]).rstrip("']").endswith(expected), name


def test_every_alarm_watches_a_function_a_queue_a_table_or_what_its_own_region_tells(stack: Evaluation) -> None:
    for alarm in of_type(stack, ALARM):
        match at(alarm.inputs, "dimensions"):
            case {"FunctionName": str()} | {"QueueName": str()}:
                pass
            case {"TableName": str(table), **receiving}:
                assert (alarm.region, table) in global_tables(stack)
                assert alarm.region not in receiving.values()
            case {"Stack": "prod", "Observer": str(observer)}:
                assert observer == alarm.region
            case {"Stack": "prod", "Region": str(region)}:
                assert region == alarm.region
            case other:
                pytest.fail(f"{alarm.name} watches {other}")


def global_tables(stack: Evaluation) -> set[tuple[str, str]]:
    sites = (text(stack.outputs, "primaryRegion"), text(stack.outputs, "secondaryRegion"))
    return {(region, name) for region in sites for _, name in named(stack, TABLE)}


def test_of_a_global_table_both_regions_tell_of_throttling_and_of_lateness_if_it_can_be_late(variant: Evaluate) -> None:
    throttling = ["ReadThrottleEvents", "WriteThrottleEvents"]
    for mode, metrics in (("prod", ["ReplicationLatency", *throttling]), ("mrsc", throttling), ("streams", [])):
        stack = variant(mode)
        watched: dict[tuple[str, str], list[str]] = {}
        for alarm in of_type(stack, ALARM):
            if alarm.inputs["namespace"] == "AWS/DynamoDB":
                where = (str(alarm.region), text(alarm.inputs, "dimensions", "TableName"))
                watched.setdefault(where, []).append(text(alarm.inputs, "metricName"))
        assert all(sorted(told) == sorted(metrics) for told in watched.values())
        data = {one for one in global_tables(stack) if not one[1].endswith(("-control", "-inbox", "-losers"))}
        assert set(watched) == (data if metrics else set())


def test_an_error_alarms_though_it_is_told_only_when_the_run_ends(stack: Evaluation) -> None:
    """It counts for the minute in which the run began, by then long judged."""
    longest = {
        (one.region, text(one.inputs, "name")): int(str(one.inputs["timeout"])) for one in of_type(stack, FUNCTION)
    }
    errors = [
        one for one in of_type(stack, ALARM) if one.inputs["metricName"] == "Errors" and one.inputs["period"] == 60
    ]
    assert len(errors) == 3 * 5 + len(replicators(stack)) + len(auditors(stack))
    for alarm in errors:
        seconds = longest[alarm.region, text(alarm.inputs, "dimensions", "FunctionName")]
        assert int(str(alarm.inputs["evaluationPeriods"])) * 60 >= seconds + 2 * 60, alarm.name
        assert alarm.inputs["datapointsToAlarm"] == 1


def replicators(stack: Evaluation) -> list[Registration]:
    return [one for one in of_type(stack, FUNCTION) if "PRIMARY_TABLE_NAME" in variables(one)]


def auditors(stack: Evaluation) -> list[Registration]:
    return [one for one in of_type(stack, FUNCTION) if text(one.inputs, "name").endswith("-divergence-auditor")]


def test_silence_of_an_observer_and_of_the_look_at_readiness_is_an_alarm(stack: Evaluation) -> None:
    silent = [one for one in of_type(stack, ALARM) if one.inputs["treatMissingData"] == "breaching"]
    watched = sorted(text(one.inputs, "name").removeprefix("lifeboat-prod-") for one in silent)
    assert watched == [one for one in ("certificate-expires", "not-ready", "observer-silent") for _ in range(3)]


def test_subscriptions_lead_from_a_topic_to_a_queue_that_lets_it_in(stack: Evaluation) -> None:
    policies = of_type(stack, "aws:sqs/queuePolicy:QueuePolicy")
    statements = [one for policy in policies for one in json.loads(text(policy.inputs, "policy"))["Statement"]]
    sources = {(one["Resource"][0], one["Condition"]["ArnEquals"]["aws:SourceArn"]) for one in statements}
    admitted = {(queue, source) for queue, source in sources if ":sns:" in source}
    to_queues = [one for one in of_type(stack, SUBSCRIPTION) if one.inputs["protocol"] == "sqs"]
    assert {(text(one.inputs, "endpoint"), text(one.inputs, "topic")) for one in to_queues} == admitted
    assert {place(queue) for queue, _ in admitted} <= named(stack, QUEUE)
    assert {place(topic) for _, topic in admitted} <= named(stack, TOPIC)


def test_an_order_is_never_a_page_and_an_alarm_is_no_order(prod: Evaluation) -> None:
    filters = {
        one.name: json.loads(text(one.inputs, "filterPolicy"))
        for one in of_type(prod, SUBSCRIPTION)
        if one.inputs["protocol"] == "sqs"
    }
    orders = filters["orders-aws-us-east-1-subscription"]["kind"]
    pages = filters["pages-aws-us-east-1-subscription"]["$or"]
    assert set(orders) == set(OrderKind)
    assert {"kind": ["page"]} in pages
    assert {"AlarmName": [{"exists": True}]} in pages


def test_people_hear_of_alerts_in_every_control_region(prod: Evaluation) -> None:
    people = [one for one in of_type(prod, SUBSCRIPTION) if one.inputs["protocol"] in ("email", "https")]
    assert {text(one.inputs, "topic").endswith("-alerts") for one in people} == {True}
    assert len(people) == 3 * 2


def test_people_hear_of_changes_that_wait_two_hours_before_they_are_put_aside(variant: Evaluate) -> None:
    stack = variant("streams")
    waits = {
        (alarm.region, text(alarm.inputs, "dimensions", "FunctionName")): int(str(alarm.inputs["threshold"]))
        for alarm in of_type(stack, ALARM)
        if text(alarm.inputs, "name").endswith("-replication-expiring")
    }
    mapped = [one for one in of_type(stack, MAPPING) if "maximumRecordAgeInSeconds" in one.inputs]
    assert len(mapped) == len(waits) == len(replicators(stack))
    for one in mapped:
        longest_ms = int(str(one.inputs["maximumRecordAgeInSeconds"])) * 1000
        assert longest_ms - waits[one.region, text(one.inputs, "functionName")] == 2 * 3600 * 1000


def test_people_hear_of_a_standby_that_was_behind_for_eighteen_hours_in_every_mode(stack: Evaluation) -> None:
    behind = [one for one in of_type(stack, ALARM) if one.inputs["metricName"] == "StandbyBehind"]
    assert {one.region for one in behind} == set(texts(stack.outputs["controlRegions"]))
    for one in behind:
        hours = [int(str(one.inputs[name])) for name in ("evaluationPeriods", "datapointsToAlarm")]
        assert (one.inputs["period"], hours, one.inputs["statistic"]) == (3600, [18, 18], "Minimum")
        assert one.inputs["treatMissingData"] == "notBreaching"


def test_event_sources_are_of_the_functions_region(stack: Evaluation) -> None:
    streams = {(region, f"table/{table}/stream/made-up") for region, table in named(stack, TABLE)}
    for mapping in of_type(stack, MAPPING):
        assert (mapping.region, text(mapping.inputs, "functionName")) in named(stack, FUNCTION)
        assert place(text(mapping.inputs, "eventSourceArn")) in named(stack, QUEUE) | streams


def test_each_table_is_replicated_both_ways_by_a_function_that_writes_no_other(variant: Evaluate) -> None:
    stack = variant("streams")
    sites = {text(stack.outputs, "primaryRegion"), text(stack.outputs, "secondaryRegion")}
    told = {(one.region, variables(one)["PRIMARY_TABLE_NAME"]) for one in replicators(stack)}
    assert told == {(region, f"lifeboat-prod-{name}") for region in sites for name in ("canary", "orders")}
    for function in replicators(stack):
        mine = variables(function)
        assert mine["PRIMARY_TABLE_NAME"] == mine["SECONDARY_TABLE_NAME"]
        assert {mine["PRIMARY_REGION"], mine["SECONDARY_REGION"]} == sites
        assert mine["DEAD_LETTER_BUCKET"] in {text(one.inputs, "bucket") for one in of_type(stack, BUCKET)}


def test_each_global_table_is_audited_in_both_regions_for_what_the_own_one_lost(variant: Evaluate) -> None:
    stack = variant("prod")
    audited = [one for one in of_type(stack, MAPPING) if "auditor" in one.name]
    read = {(one.region, text(one.inputs, "eventSourceArn").split("/")[1]) for one in audited}
    tables = {"canary", "orders", "sessions"}
    assert read == {(region, f"lifeboat-prod-{one}") for region in ("us-east-1", "us-west-2") for one in tables}
    for one in audited:
        pattern = json.loads(text(items(at(one.inputs, "filterCriteria", "filters"))[0], "pattern"))["dynamodb"]
        origins = {image: told["_lifeboat"]["M"]["o"]["S"][0] for image, told in pattern.items()}
        mine, others = ("primary", "secondary") if one.region == "us-east-1" else ("secondary", "primary")
        assert origins == {"OldImage": mine, "NewImage": others}


def test_an_auditor_may_read_its_own_streams_and_write_no_item_of_theirs(variant: Evaluate) -> None:
    [policy] = [
        one for one in of_type(variant("prod"), ROLE_POLICY) if one.name == "auditor-aws-us-west-2-lister-policy"
    ]
    told = {one["Sid"]: one for one in json.loads(text(policy.inputs, "policy"))["Statement"]}
    named_there = {resource.split(":")[3] for one in told.values() for resource in one["Resource"]}
    assert named_there == {"", "us-west-2"}
    assert told["ListLosers"]["Resource"] == ["arn:aws:dynamodb:us-west-2:111122223333:table/lifeboat-prod-losers"]
    written = {sid for sid, one in told.items() if any("Put" in action for action in one["Action"])}
    assert written == {"ListLosers", "KeepDeadRecords", "WriteOwnLog"}


def test_a_table_that_is_unlisted_has_no_auditor_and_no_tombstones() -> None:
    tables = {name: {"partitionKey": {"name": "id"}, **more} for name, more in UNLISTED.items()}
    data = {"primaryRegion": "us-east-1", "secondaryRegion": "us-west-2", "tables": tables}
    stack = evaluate("prod", config={"data": data})
    read = {
        text(one.inputs, "eventSourceArn").split("/")[1] for one in of_type(stack, MAPPING) if "auditor" in one.name
    }
    assert read == {"lifeboat-prod-canary", "lifeboat-prod-kept"}
    expiring = {text(one.inputs, "name"): at(one.inputs, "ttl") for one in of_type(stack, TABLE) if "ttl" in one.inputs}
    assert expiring.get("lifeboat-prod-kept") == {"attributeName": "_lifeboat_expires", "enabled": True}
    assert "lifeboat-prod-plain" not in expiring
    assert json.loads(json.dumps(at(stack.outputs, "lifeboat", "replication"))).keys() == {"kept"}
    assert Inventory.from_json(text(stack.outputs, "inventory")).unlisted == ("lifeboat-prod-plain",)


def test_a_replicator_knows_its_own_stream_and_the_keys_of_its_table(variant: Evaluate) -> None:
    stack = variant("streams")
    tables = {(one.region, text(one.inputs, "name")): one.inputs for one in of_type(stack, TABLE)}
    mappings = {(one.region, text(one.inputs, "functionName")): one.inputs for one in of_type(stack, MAPPING)}
    for function in replicators(stack):
        mine, mapping = variables(function), mappings[function.region, text(function.inputs, "name")]
        assert (mine["STREAM_ARN"], int(mine["LANES"])) == (mapping["eventSourceArn"], mapping["parallelizationFactor"])
        table = tables[function.region, mine["PRIMARY_TABLE_NAME"]]
        keys = {table[key] for key in ("hashKey", "rangeKey") if key in table}
        assert json.loads(mine["KEY_TYPES"]).keys() == keys


def test_orchestrators_ask_the_replicator_of_each_application_table_and_none_where_dynamodb_replicates(
    variant: Evaluate,
) -> None:
    for mode, tables in (("streams", ["orders"]), ("prod", []), ("mrsc", [])):
        stack = variant(mode)
        told = [variables(one) for one in of_type(stack, FUNCTION) if "REPLICATED_TABLES" in variables(one)]
        assert [one["REPLICATED_TABLES"] for one in told] == [",".join(tables)] * 3
        for region in (text(stack.outputs, "primaryRegion"), text(stack.outputs, "secondaryRegion")):
            functions = {(region, f"{one['REPLICATOR']}-{table}") for one in told for table in tables}
            assert functions <= named(stack, FUNCTION)


def test_a_bucket_tells_a_topic_that_lets_it_alone_in(variant: Evaluate) -> None:
    stack = variant("streams")
    policies = of_type(stack, "aws:sns/topicPolicy:TopicPolicy")
    statements = [one for policy in policies for one in json.loads(text(policy.inputs, "policy"))["Statement"]]
    assert {one["Principal"]["Service"] for one in statements} == {"s3.amazonaws.com"}
    assert {one["Condition"]["StringEquals"]["aws:SourceAccount"] for one in statements} == {"111122223333"}
    admitted = {
        one["Condition"]["ArnEquals"]["aws:SourceArn"].rpartition(":")[2]: one["Resource"][0] for one in statements
    }
    told = of_type(stack, "aws:s3/bucketNotification:BucketNotification")
    pairs = {text(one.inputs, "bucket"): text(items(one.inputs["topics"])[0], "topicArn") for one in told}
    assert pairs == admitted
    assert set(pairs) == {text(one.inputs, "bucket") for one in of_type(stack, BUCKET)}


def test_nobody_hears_a_bucket_try_its_topic_and_everybody_hears_of_its_objects(variant: Evaluate) -> None:
    stack = variant("streams")
    heard = [one for one in of_type(stack, SUBSCRIPTION) if text(one.inputs, "topic").endswith("-dead-records")]
    assert len(heard) == 2
    trial = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b", "RequestId": "r", "HostId": "h"}
    record = {"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {"object": {"key": "a/1.json"}}}
    for one in heard:
        assert one.inputs["rawMessageDelivery"] is True
        policy, scope = text(one.inputs, "filterPolicy"), text(one.inputs, "filterPolicyScope")
        assert not wanted(policy, scope, json.dumps(trial), {})
        assert wanted(policy, scope, json.dumps({"Records": [record]}), {})
        tried = [urn for urn in one.dependencies if "bucketNotification" in urn]
        assert len(tried) == 1, "a filter may take 15 minutes: the trial must be over before"


def test_an_observer_is_started_every_minute_a_look_every_hour_a_keeper_every_day(stack: Evaluation) -> None:
    schedules = of_type(stack, SCHEDULE)
    rates = Counter((text(one.inputs, "name"), text(one.inputs, "scheduleExpression")[:5]) for one in schedules)
    assert rates == {
        ("lifeboat-prod-health-checker", "rate("): 3,
        ("lifeboat-prod-readiness", "rate("): 3,
        ("lifeboat-prod-certificate", "cron("): 3,
    }
    expressions = {text(one.inputs, "scheduleExpression") for one in schedules}
    assert {"rate(1 minute)", "rate(1 hour)"} <= expressions
    assert len(expressions) == 2 + 3
    for schedule in schedules:
        assert place(text(schedule.inputs, "target", "arn")) in named(stack, FUNCTION)


def test_what_a_function_is_told_exists_in_its_region(stack: Evaluation) -> None:
    tables = named(stack, TABLE)
    named_things = {
        "CONTROL_TABLE": tables,
        "ORCHESTRATOR_FUNCTION": named(stack, FUNCTION),
        "SLACK_WEBHOOK_SECRET": named(stack, SECRET),
    }
    for function in of_type(stack, FUNCTION):
        told = variables(function)
        for name, declared in named_things.items():
            where = told["CONTROL_REGIONS"].split(",") if function in replicators(stack) else [function.region]
            assert name not in told or {(region, told[name]) for region in where} <= declared, f"{function.name} {name}"
        for name in ("SNS_TOPIC_ARN", "ALERTS_TOPIC_ARN"):
            assert name not in told or place(told[name]) in named(stack, TOPIC), f"{function.name} {name}"


def test_the_canary_is_in_both_data_regions_in_the_application_tables_mode(stack: Evaluation) -> None:
    tables = {name: named_tables(stack, f"lifeboat-prod-{name}") for name in ("canary", "orders")}
    assert tables["canary"] == tables["orders"]
    places = {region for region, name in named(stack, TABLE) if name.endswith("-canary")}
    assert places == {text(stack.outputs, "primaryRegion"), text(stack.outputs, "secondaryRegion")}


def named_tables(stack: Evaluation, name: str) -> list[tuple[str, list[str]]]:
    """Return where tables of a name are declared, and where each has replicas."""
    tables = [one for one in of_type(stack, TABLE) if one.inputs["name"] == name]
    return sorted((one.region, sorted(region for region, _ in replicas(one))) for one in tables)

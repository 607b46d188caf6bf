"""Alarms are heard, watch something that exists, and say what to do."""

import json
from collections.abc import Iterator, Mapping

from evaluation import UNKNOWN, Registration
from policy.declared import (
    ALARM,
    FUNCTION,
    MAPPING,
    QUEUE,
    TABLE,
    TOPIC,
    Declared,
    at,
    items,
    lacks,
    place,
    places,
    text,
)
from policy.rule import Finding, Level, Rule

# Dimensions that name something of ours, and the type of it.
WATCHED: Mapping[str, str] = {"FunctionName": FUNCTION, "QueueName": QUEUE, "TableName": TABLE, "TopicName": TOPIC}


def unheard_alarm(declared: Declared) -> Iterator[Finding]:
    """Find alarms that tell nobody, or somebody who may be gone with another region."""
    for one in declared.of_type(ALARM):
        if lacks(one.inputs, "alarmActions"):
            yield Finding(resource=one, seen="tells nobody")
        if one.inputs.get("actionsEnabled") is False:
            yield Finding(resource=one, subject="enabled", seen="has its actions switched off")
        for action in items(one.inputs, "alarmActions"):
            if isinstance(action, str) and action.startswith("arn:"):
                yield from _action(one, action, declared)


def blind_alarm(declared: Declared) -> Iterator[Finding]:
    """Find alarms on something that is not declared in their region."""
    for one in declared.of_type(ALARM):
        for dimension, type_ in WATCHED.items():
            name = at(one.inputs, "dimensions", dimension)
            if name not in (None, UNKNOWN) and not declared.has(type_, (one.region, str(name))):
                yield Finding(resource=one, subject=dimension, seen=f"watches {name}, which is not in {one.region}")


def mute_alarm(declared: Declared) -> Iterator[Finding]:
    """Find alarms that do not say what to do."""
    for one in declared.of_type(ALARM):
        if lacks(one.inputs, "alarmDescription"):
            yield Finding(resource=one, seen="does not say what to do")


def lost_message(declared: Declared) -> Iterator[Finding]:
    """Find queues that are read and have no dead letters, or none that anybody hears of."""
    read = {place(text(one, "eventSourceArn")) for one in declared.of_type(MAPPING)}
    watched = {(one.region, text(one, "dimensions", "QueueName")) for one in declared.of_type(ALARM)}
    for queue in declared.of_type(QUEUE):
        redrive = at(queue.inputs, "redrivePolicy")
        if not read.intersection(places(queue)) or redrive == UNKNOWN:
            continue
        letters = place(str(json.loads(text(queue, "redrivePolicy") or "{}").get("deadLetterTargetArn", "")))
        if not declared.has(QUEUE, letters):
            yield Finding(resource=queue, seen="has no dead letters")
        elif letters not in watched:
            yield Finding(resource=queue, subject=letters[1], seen=f"has dead letters, {letters[1]}, without an alarm")


def _action(one: Registration, action: str, declared: Declared) -> Iterator[Finding]:
    if action.split(":")[3] != one.region:
        yield Finding(resource=one, subject=action, seen=f"tells {action}, in another region than its own {one.region}")
    elif ":sns:" in action and not declared.has(TOPIC, place(action)):
        yield Finding(resource=one, subject=action, seen=f"tells {action}, which is not declared")


RULES = (
    Rule(
        id="unheard-alarm",
        protects="An alarm reaches somebody, also while another region is lost.",
        remedy="let it tell a declared topic of its own region",
        check=unheard_alarm,
    ),
    Rule(
        id="blind-alarm",
        protects="An alarm that never rang means that all is well.",
        remedy="let it watch what is declared in its own region, by that resource's name",
        check=blind_alarm,
    ),
    Rule(
        id="mute-alarm",
        protects="Whoever is paged knows the next step.",
        remedy="write it into alarm_description",
        check=mute_alarm,
        level=Level.ADVISORY,
    ),
    Rule(
        id="lost-message",
        protects="A message that cannot be handled is kept, and somebody hears of it.",
        remedy="set redrive_policy to a declared queue, and an alarm on that queue's messages",
        check=lost_message,
    ),
)

import pytest

from tests.localcloud.linode.bench import Bench

CLOSED = {"inbound_policy": "DROP", "outbound_policy": "DROP"}
SSH = {"action": "ACCEPT", "protocol": "TCP", "ports": "22", "addresses": {"ipv4": ["192.0.2.0/24"]}}


def firewall(bench: Bench, **rules: object) -> str:
    made = bench.post("/networking/firewalls", label="guard", rules={**CLOSED, **rules})
    return f"/networking/firewalls/{made['id']}"


def test_rules_are_kept_as_they_were_sent(bench: Bench) -> None:
    (rule,) = bench.get(f"{firewall(bench, inbound=[SSH])}/rules")["inbound"]
    assert rule == {**SSH, "label": "", "description": ""}


def test_a_direction_that_is_sent_is_replaced_and_counts_as_a_version(bench: Bench) -> None:
    path = firewall(bench, inbound=[SSH])
    former = bench.get(f"{path}/rules")
    changed = bench.put(f"{path}/rules", outbound=[SSH], outbound_policy="ACCEPT")
    assert (changed["inbound"], len(changed["outbound"]), changed["version"]) == (former["inbound"], 1, 2)
    assert changed["fingerprint"] != former["fingerprint"]
    assert bench.put(f"{path}/rules", inbound=[])["inbound"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"action": "REJECT"}, "rules.inbound[0].action"),
        ({"protocol": "tcp"}, "rules.inbound[0].protocol"),
        ({"protocol": "ICMP"}, "rules.inbound[0].ports"),
        ({"addresses": {"ipv4": ["everywhere"]}}, "rules.inbound[0].addresses.ipv4"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(bench: Bench, change: dict[str, object], field: str) -> None:
    rules = {**CLOSED, "inbound": [{**SSH, **change}]}
    assert bench.refused("POST", "/networking/firewalls", label="guard", rules=rules)[::2] == (400, field)


def test_a_firewall_needs_both_policies_and_has_25_rules(bench: Bench) -> None:
    refused = bench.refused("POST", "/networking/firewalls", label="guard", rules={"inbound_policy": "DROP"})
    assert refused[2] == "rules.outbound_policy"
    path = firewall(bench, inbound=[SSH] * 20)
    assert bench.refused("PUT", f"{path}/rules", outbound=[SSH] * 6)[2] == "rules"
    assert len(bench.put(f"{path}/rules", outbound=[SSH] * 5)["outbound"]) == 5


def test_a_firewall_is_renamed_disabled_and_deleted(bench: Bench) -> None:
    made = bench.idle_instance()["id"]
    path = firewall(bench)
    bench.post(f"{path}/devices", id=made, type="linode")
    changed = bench.put(path, label="other", status="disabled", tags=["a"])
    assert (changed["label"], changed["status"], changed["tags"]) == ("other", "disabled", ["a"])
    bench.delete(path)
    assert bench.get(f"/linode/instances/{made}/firewalls")["results"] == 0

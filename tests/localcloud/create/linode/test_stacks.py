"""Whatever form the application tier takes, all that it declares at Linode becomes real, with all its inputs."""

from collections.abc import Mapping

import pytest

from evaluation import Registration, Value, evaluate
from evaluation.made_up import made_up
from localcloud.create.linode import PREFIX, LinodeResources
from tests.localcloud.linode.bench import Bench
from tests.stacks.linode_tier import app_config

ACCOUNT = "111122223333"
FORMS: dict[str, dict[str, object]] = {
    "nodebalancers": {"ingress": "nodebalancer"},
    "shared-addresses": {"ingress": "keepalived", "files": "rsync"},
    "semi-sync": {"database": {"engine": "mariadb", "replication": "semi-sync", "members": 3}},
    "managed-postgresql": {"database": {"operator": "managed"}},
    "managed-mysql": {"database": {"operator": "managed", "engine": "mysql"}},
    "more-than-20-machines": {"pools": {"web": {"count": 5}, "api": {"count": 5}}},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_form_of_the_application_tier_becomes_real(bench: Bench, form: dict[str, object]) -> None:
    resources, made = LinodeResources(bench.endpoint, bench.pass_time), set[str]()

    def create(one: Registration) -> tuple[str, Mapping[str, Value]]:
        if not one.type.startswith(PREFIX):
            return made_up(one, ACCOUNT)
        made.add(one.urn)
        return resources.create(one)

    found = evaluate("prod", config={"app": app_config(**form)}, create=create).registrations
    assert made == {one.urn for one in found if one.type.startswith(PREFIX)}
    instances = sum(one.type == "linode:index/instance:Instance" for one in found)
    statuses = [one["status"] for one in bench.get("/linode/instances?page_size=500")["data"]]
    assert statuses == ["running"] * instances

"""A declared user may do what he is granted and no more."""

import pytest

from evaluation import Value
from localcloud.create import Unsupported
from tests.localcloud.create.linode.deployer import Deployer

NOBODY: dict[str, Value] = {"username": "dns", "email": "dns@example.com", "restricted": True}


def test_a_restricted_user_is_granted_single_things(deployer: Deployer) -> None:
    zone = int(deployer.create("Domain", domain="example.com", type="master", soaEmail="a@example.com")[0])
    grant: Value = {"id": zone, "permissions": "read_write"}
    id_, outputs = deployer.create(
        "User", domainGrants=[grant], globalGrants={"addLinodes": True, "addImages": False}, **NOBODY
    )
    told = deployer.bench.get("/account/users/dns/grants")
    assert [(one["id"], one["permissions"]) for one in told["domain"]] == [(zone, "read_write")]
    assert (told["global"]["add_linodes"], told["global"]["add_domains"]) == (True, False)
    assert (id_, outputs["restricted"], outputs["userType"]) == ("dns", True, "default")


def test_a_user_who_is_not_restricted_needs_no_grants(deployer: Deployer) -> None:
    _, outputs = deployer.create("User", username="person", email="person@example.com")
    assert outputs["restricted"] is False


@pytest.mark.parametrize("grants", [{"cancelAccount": True}, {"accountAccess": "read_only"}])
def test_a_grant_that_nobody_can_have_here_is_refused_and_no_user_stays(
    deployer: Deployer, grants: dict[str, Value]
) -> None:
    (name,) = grants
    with pytest.raises(Unsupported, match=rf"globalGrants\.{name}"):
        deployer.create("User", globalGrants=grants, **NOBODY)
    assert [one["username"] for one in deployer.bench.get("/account/users")["data"]] == ["embedded"]

"""Users of Linode's account that the stack declares may do what their duty takes, to what is named."""

from collections.abc import Iterator, Mapping

from evaluation import UNKNOWN, Registration
from policy.declared import Declared, at, items
from policy.rule import Finding, Rule

USER = "linode:index/user:User"
# What a failover changes at Linode: machines' power, balancers' nodes, the name's record.
CHANGED = ("linodeGrants", "nodebalancerGrants", "domainGrants")
GRANTS = (
    *CHANGED,
    "firewallGrants",
    "imageGrants",
    "longviewGrants",
    "stackscriptGrants",
    "volumeGrants",
    "vpcGrants",
)


def unrestricted_user(declared: Declared) -> Iterator[Finding]:
    """Find users who may do everything, or something to the account as a whole."""
    for one in declared.of_type(USER):
        if one.inputs.get("restricted") not in (True, UNKNOWN):
            yield Finding(resource=one, subject="restricted", seen="is not restricted")
        granted = at(one.inputs, "globalGrants")
        for name, value in sorted(granted.items()) if isinstance(granted, Mapping) else ():
            if value not in (False, None, UNKNOWN):
                yield Finding(resource=one, subject=name, seen=f"has the account's grant {name}")


def wide_grant(declared: Declared) -> Iterator[Finding]:
    """Find users who may change what no failover changes."""
    for one in declared.of_type(USER):
        for kind in GRANTS:
            if _writes(one, kind) and kind not in CHANGED:
                yield Finding(resource=one, subject=kind, seen=f"may change what {kind} names")


def _writes(user: Registration, kind: str) -> bool:
    return any(at(grant, "permissions") == "read_write" for grant in items(user.inputs, kind))


RULES = (
    Rule(
        id="unrestricted-user",
        protects="A token that is stolen cannot make, delete or pay for anything in the account.",
        remedy="set restricted and no global grant",
        check=unrestricted_user,
    ),
    Rule(
        id="wide-grant",
        protects="A token that is stolen opens no firewall and takes no volume.",
        remedy="grant read_write on machines, NodeBalancers and domains alone",
        check=wide_grant,
    ),
)

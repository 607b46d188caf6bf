"""Whether anybody may run a function by its own address, as its resource policy says.

Since October 2025 that takes two permissions: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
"""

from localcloud import iam
from localcloud.deployed import Functions
from localcloud.iam import Access

ANYBODY = "*"


def url_may_run(functions: Functions, region: str, name: str) -> bool:
    """Say whether the function has an address that takes calls without a signature, and lets anybody use it.

    Raises:
        NoSuchFunction: it is not deployed there.
    """
    function = functions.get(region, name)
    if functions.url_auth_type(region, name) != "NONE":
        return False
    statements = [one for one in iam.parse(functions.policy(region, name)) if ANYBODY in (one.principals or ())]
    context = {"lambda:functionurlauthtype": ("NONE",), "lambda:invokedviafunctionurl": ("true",)}
    return all(
        iam.judge(statements, Access(action=action, resource=function.arn, context=context)) == "allowed"
        for action in ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")
    )

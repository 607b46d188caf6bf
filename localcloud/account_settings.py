"""Lambda's account settings, which moto lacks: a new account's quota less what functions have reserved.

https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
"""

import json

from moto.awslambda.models import lambda_backends
from moto.core.models import DEFAULT_ACCOUNT_ID

from localcloud.gateway import Gateway
from localcloud.request import Request, Response

CONCURRENT_EXECUTIONS = 1000


class AccountSettings:
    """Answers GetAccountSettings in each region."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        gateway.routes["lambda", "GetAccountSettings"] = self.answer

    def answer(self, request: Request) -> Response:
        """Return the limits and what is used of them."""
        with self._gateway.lock("lambda"):
            functions = list(lambda_backends[DEFAULT_ACCOUNT_ID][request.region].list_functions())
            reserved = sum(int(each.reserved_concurrency or 0) for each in functions)
        limit = {
            "ConcurrentExecutions": CONCURRENT_EXECUTIONS,
            "UnreservedConcurrentExecutions": CONCURRENT_EXECUTIONS - reserved,
        }
        body = json.dumps({"AccountLimit": limit, "AccountUsage": {"FunctionCount": len(functions)}}).encode()
        return Response(status=200, headers={"Content-Type": "application/json"}, body=body)

"""What the account has left for functions that reserved nothing."""

from localcloud.machinery import Machinery
from tests.localcloud.conftest import ClientOf
from tests.localcloud.deploying import make_function, make_role


def test_reserved_concurrency_is_taken_from_what_the_rest_may_use(client: ClientOf, machinery: Machinery) -> None:
    region = "eu-north-1"
    functions = client("lambda", region)
    before = functions.get_account_settings()["AccountLimit"]
    make_function(client, "reserving", "", make_role(client, "reserving-role"), region)
    functions.put_function_concurrency(FunctionName="reserving", ReservedConcurrentExecutions=7)
    after = functions.get_account_settings()["AccountLimit"]
    assert after["ConcurrentExecutions"] == before["ConcurrentExecutions"]
    assert after["UnreservedConcurrentExecutions"] == before["UnreservedConcurrentExecutions"] - 7

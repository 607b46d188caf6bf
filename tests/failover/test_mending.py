"""Values outside follow the row, and never the other way round."""

from typing import Any

from botocore.exceptions import EndpointConnectionError

from failover.arming import disarm
from failover.orders import OrderKind
from failover.tier import Phase
from tests.failover.moving import settle
from tests.failover.wire import Call
from tests.failover.wiring import SITES
from tests.failover.world import NUMBERS, World


def test_a_changed_value_outside_is_mended_within_ten_seconds(model: World) -> None:
    settle(model)
    model.set_parameter("us-west-2", "us-west-2")
    model.run(NUMBERS.mend_within)

    assert set(model.parameters().values()) == {SITES.primary}


def test_a_value_outside_is_mended_while_a_quorum_stands_that_may_not_move(model: World) -> None:
    settle(model)
    disarm(model.control, "data")
    model.dark.add(SITES.primary)
    model.run(20)
    model.set_parameter("us-west-2", "us-west-2")
    model.run(NUMBERS.mend_within)

    assert model.parameters()["us-west-2"] == SITES.primary


def test_nothing_outside_is_mended_while_a_plan_decides(model: World) -> None:
    settle(model)
    puts: list[Phase] = []

    def watches(call: Call, act: Any) -> Any:
        if call.operation == "put_parameter":
            puts.append(model.peek().phase)
        return act()

    model.fault = watches
    model.set_parameter("us-west-2", "elsewhere")
    model.replicate_once_stopped(20.0)
    model.deliver(model.order(OrderKind.SWITCHOVER), "us-east-2")

    assert model.peek().epoch == 2
    assert set(puts) == {Phase.STEADY}
    assert set(model.parameters().values()) == {SITES.secondary}


def test_failing_parameters_neither_delay_nor_abort_a_move(model: World) -> None:
    settle(model)

    def refuses_parameters(call: Call, act: Any) -> Any:
        if call.service == "ssm":
            raise EndpointConnectionError(endpoint_url="ssm")
        return act()

    model.fault = refuses_parameters
    model.dark.add(SITES.primary)
    lost_at = model.clock.now
    model.run(30)
    opened = next(at for at, row in model.row_times if row.epoch == 2 and row.phase is Phase.STEADY)
    assert opened - lost_at < 19
    assert model.peek().step is None
    model.fault = None
    model.run(NUMBERS.mend_within)

    assert model.parameters()["us-east-2"] == SITES.secondary

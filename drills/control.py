"""Chaos Toolkit control of every drill: records its stages, and stops the method at the first action that fails.

By itself Chaos Toolkit notes a failed action and goes on to the next, which would order a failback of a failover that
never happened (https://chaostoolkit.org/reference/api/experiment/#controls).
"""

from chaoslib.exceptions import InterruptExecution
from chaoslib.types import Activity, Run

from drills import running


def before_method_control(**_context: object) -> None:
    """Let a stage that fails from now on end the method."""
    running.current().in_method = True


def after_method_control(**_context: object) -> None:
    """Let a rollback that fails end nothing: the others have still to put things right."""
    running.current().in_method = False


def before_activity_control(context: Activity, **_context: object) -> None:
    """Record that a stage begins."""
    running.current().events.write("drill", name=context["name"], state="begun")


def after_activity_control(context: Activity, state: Run, **_context: object) -> None:
    """Record how a stage ended.

    Raises:
        InterruptExecution: a stage of the method failed; the rollbacks come next.
    """
    failed = state is None or state.get("status") != "succeeded"  # no state: Ctrl-C cut the activity off
    detail = _detail(state) if failed else None
    drill = running.current()
    drill.events.write("drill", name=context["name"], state="failed" if failed else "succeeded", detail=detail)
    drill.interrupted |= state is None or InterruptExecution.__name__ in (detail or "")
    if failed and drill.in_method:
        raise InterruptExecution(f"{context['name']}: {detail}")


def _detail(state: Run | None) -> str:
    """Return the last line of the exception: the sentence for people."""
    told = (state or {}).get("exception") or ["interrupted"]
    return str(told[-1]).strip().removeprefix("chaoslib.exceptions.ActivityFailed: ")

"""One evaluation: the program, in a thread of its own with its own context and event loop."""

import asyncio
import contextvars
import json
import os
import runpy
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from google.protobuf import empty_pb2
from pulumi.runtime import mocks, settings
from pulumi.runtime.stack import run_in_stack

from evaluation.monitor import Monitor
from evaluation.project import ROOT, project_name, stack_config
from evaluation.registration import Create, Registration, Value

# The engine passes the config in the environment, of which a process has one: evaluations take turns.
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What the program registered, by URN, and the stack's outputs."""

    registrations: tuple[Registration, ...]
    outputs: Mapping[str, Value]


def evaluate(
    stack: str, *, config: Mapping[str, object] | None = None, preview: bool = False, create: Create | None = None
) -> Evaluation:
    """Run the program for a stack and return what it registers.

    ``config`` replaces whole keys of the stack file. ``create`` makes each custom resource real, called by several threads
    at once, and returns its id and outputs in the provider's spelling; without it outputs are made up. With ``preview``
    nothing is created and computed outputs are unknown.

    Raises:
        Refused: what the engine or the provider would refuse.
        pulumi.RunError: what the program itself refuses, such as a wrong setting.
    """
    values = stack_config(stack, config or {})
    monitor = Monitor(preview, create)
    with ONE_AT_A_TIME:
        _in_own_thread(stack, monitor, preview, values)
    registrations = tuple(monitor.registrations[urn] for urn in sorted(monitor.registrations))
    return Evaluation(registrations=registrations, outputs=monitor.outputs)


def _in_own_thread(stack: str, monitor: Monitor, preview: bool, values: Mapping[str, str]) -> None:
    done: Future[None] = Future()

    def run() -> None:
        try:
            done.set_result(_run(stack, monitor, preview, values))
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread, whatever it is
            done.set_exception(error)

    thread = threading.Thread(target=contextvars.Context().run, args=(run,), name=f"evaluate-{stack}")
    thread.start()
    thread.join()
    done.result()


def _run(stack: str, monitor: Monitor, preview: bool, values: Mapping[str, str]) -> None:
    settings.configure(_settings(stack, monitor, preview))
    settings.set_root_resource(None)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # The first error is raised to the caller; without this each that follows from it is printed too.
    loop.set_exception_handler(lambda _loop, _context: None)
    before = os.environ.get("PULUMI_CONFIG")
    os.environ["PULUMI_CONFIG"] = json.dumps(values)
    try:
        loop.run_until_complete(run_in_stack(_program))
    finally:
        _restore("PULUMI_CONFIG", before)
        settings.set_root_resource(None)
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _program() -> None:
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__lifeboat__")


def _restore(name: str, before: str | None) -> None:
    if before is None:
        del os.environ[name]
    else:
        os.environ[name] = before


def _settings(stack: str, monitor: Monitor, preview: bool) -> mocks.MockSettings:
    return mocks.MockSettings(
        monitor=monitor,
        monitor_features=set(monitor.GetDeploymentInfo(empty_pb2.Empty()).supportedFeatures),
        engine=mocks.MockEngine(None),
        project=project_name(),
        stack=stack,
        dry_run=preview,
        organization="organization",
        callbacks=None,
        outputs=set(),
        lock=threading.Lock(),
        package_refs={},
        base_providers_by_ref={},
    )

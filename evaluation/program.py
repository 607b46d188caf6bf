"""One evaluation: the program, in a thread of its own with its own context and event loop."""

import asyncio
import contextlib
import contextvars
import json
import os
import runpy
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

from pulumi.runtime import mocks, resource, settings
from pulumi.runtime.proto import source_pb2
from pulumi.runtime.stack import run_in_stack

from evaluation.monitor import Monitor
from evaluation.project import PROJECT, ROOT, stack_config
from evaluation.registration import Create, Registration, Value

# The engine passes the config in the environment, of which a process has one: evaluations take turns.
ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What the program registered, sorted by URN, and the stack's outputs."""

    registrations: tuple[Registration, ...]
    outputs: Mapping[str, Value]


def run_program() -> None:
    """Run this repository's program."""
    runpy.run_path(str(ROOT / "__main__.py"), run_name="__lifeboat__")


def evaluate(
    stack: str,
    *,
    config: Mapping[str, object] | None = None,
    preview: bool = False,
    create: Create | None = None,
    program: Callable[[], None] = run_program,
) -> Evaluation:
    """Run the program for a stack and return what it registers.

    ``config`` replaces whole keys of the stack file. ``create`` makes each custom resource real and returns its id and
    outputs in the provider's spelling; without it they are made up. A preview creates nothing and knows no output.

    Raises:
        Refused: what the engine or the provider would refuse.
        pulumi.RunError: what the program itself refuses, such as a wrong setting.
    """
    values, monitor = stack_config(stack, config or {}), Monitor(preview, create)
    done: Future[None] = Future()

    def run() -> None:
        try:
            _run(stack, monitor, preview, program)
            done.set_result(None)
        except BaseException as error:  # noqa: BLE001 - carried to the caller's thread, whatever it is
            done.set_exception(error)

    with ONE_AT_A_TIME, _environment("PULUMI_CONFIG", json.dumps(values)):
        thread = threading.Thread(target=contextvars.Context().run, args=(run,), name=f"evaluate-{stack}")
        thread.start()
        thread.join()
    done.result()
    registrations = tuple(monitor.registrations[urn] for urn in sorted(monitor.registrations))
    return Evaluation(registrations=registrations, outputs=monitor.outputs if isinstance(monitor.outputs, dict) else {})


def _run(stack: str, monitor: Monitor, preview: bool, program: Callable[[], None]) -> None:
    settings.configure(_settings(stack, monitor, preview))
    with _without_source_lines(), asyncio.Runner() as runner:
        # The first error is raised to the caller; without this each that follows from it is printed too.
        runner.get_loop().set_exception_handler(lambda _loop, _context: None)
        asyncio.set_event_loop(runner.get_loop())
        runner.run(run_in_stack(lambda: _to_its_last_output(program)))


async def _to_its_last_output(program: Callable[[], None]) -> None:
    """Run the program and wait for all of its outputs at once: the SDK looks at each of them whenever one is done."""
    program()
    while pending := [output for output in settings.SETTINGS.outputs if not output.done()]:
        await asyncio.wait(pending)


def _settings(stack: str, monitor: Monitor, preview: bool) -> mocks.MockSettings:
    """Return settings that share nothing with another run.

    The SDK's own ``set_mocks`` does not do: it registers a stack of its own, whose empty outputs may arrive last.
    """
    return mocks.MockSettings(
        monitor=monitor,
        monitor_features=set(monitor.GetDeploymentInfo(None).supportedFeatures),  # type: ignore[no-untyped-call]
        engine=mocks.MockEngine(None),
        project=PROJECT,
        stack=stack,
        dry_run=preview,
        organization=None,
        callbacks=None,
        outputs=set(),
        lock=threading.Lock(),
        package_refs={},
        base_providers_by_ref={},
    )


@contextlib.contextmanager
def _without_source_lines() -> Iterator[None]:
    """Keep the SDK from looking up which lines declare each resource: a fifth of the time, and nobody reads them."""
    name = "_get_stack_trace"
    before = getattr(resource, name)
    setattr(resource, name, source_pb2.StackTrace)
    try:
        yield
    finally:
        setattr(resource, name, before)


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name)
        os.environ.update({} if before is None else {name: before})

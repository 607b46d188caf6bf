"""The engine's side of a policy pack: starts the pack as an engine does, and shows it a stack over gRPC."""

import contextlib
import os
import selectors
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from evaluation import ROOT, UNKNOWN, Archive, Registration, Value

PACK = ROOT / "policy" / "crossguard"
START_SECONDS = 60.0
CALL_SECONDS = 60.0
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Diagnostic = tuple[str, str, str]
"""A policy's name, the URN of the resource and the message."""


@dataclass(frozen=True)
class Engine:
    """Knows one running pack."""

    pack: analyzer_pb2_grpc.AnalyzerStub

    def info(self) -> analyzer_pb2.AnalyzerInfo:
        """Ask what policies there are."""
        answer: analyzer_pb2.AnalyzerInfo = self.pack.GetAnalyzerInfo(empty_pb2.Empty(), timeout=CALL_SECONDS)
        return answer

    def judged(
        self, registrations: Iterable[Registration], reported: Mapping[str, Mapping[str, Value]] | None = None
    ) -> set[Diagnostic]:
        """Show each resource's inputs, then the stack by its outputs: inputs, and what is ``reported`` by type."""
        by_urn = {one.urn: one for one in registrations}
        for one in by_urn.values():
            self.pack.Analyze(_request(one, by_urn), timeout=CALL_SECONDS)
        resources = [_stack_resource(one, by_urn, (reported or {}).get(one.type, {})) for one in by_urn.values()]
        request = analyzer_pb2.AnalyzeStackRequest(resources=resources)
        answer = self.pack.AnalyzeStack(request, timeout=CALL_SECONDS)
        return {(one.policyName, one.urn, one.message) for one in answer.diagnostics}


@contextlib.contextmanager
def started(directory: Path) -> Iterator[Engine]:
    """Run the pack from a directory that is not the repository's, as Pulumi's Python host does."""
    command = [sys.executable, "-u", "-m", "pulumi.policy", "127.0.0.1:1", str(PACK)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PULUMI", "PYTHONPATH"))}
    with subprocess.Popen(command, cwd=directory, env=environment, stdout=subprocess.PIPE) as process:
        try:
            with grpc.insecure_channel(f"127.0.0.1:{_port(process)}") as channel:
                yield Engine(analyzer_pb2_grpc.AnalyzerStub(channel))
        finally:
            process.terminate()


def _port(process: "subprocess.Popen[bytes]") -> int:
    """Read the line by which a pack says where it listens."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        assert waiting.select(START_SECONDS), f"the pack did not start within {START_SECONDS:g} s"
    return int(process.stdout.readline())


def _request(one: Registration, by_urn: Mapping[str, Registration]) -> analyzer_pb2.AnalyzeRequest:
    request = analyzer_pb2.AnalyzeRequest(
        type=one.type, urn=one.urn, name=one.name, properties=_struct(one, one.inputs), options=_options(one)
    )
    if one.custom and one.provider:
        request.provider.CopyFrom(_provider(by_urn[one.provider]))
    return request


def _stack_resource(
    one: Registration, by_urn: Mapping[str, Registration], reported: Mapping[str, Value]
) -> analyzer_pb2.AnalyzerResource:
    resource = analyzer_pb2.AnalyzerResource(
        type=one.type,
        urn=one.urn,
        name=one.name,
        properties=_struct(one, {**one.inputs, **reported}),
        options=_options(one),
        parent=one.parent,
        dependencies=one.dependencies,
    )
    for name, urns in one.property_dependencies.items():
        resource.propertyDependencies[name].urns.extend(urns)
    if one.custom and one.provider:
        resource.provider.CopyFrom(_provider(by_urn[one.provider]))
    return resource


def _options(one: Registration) -> analyzer_pb2.AnalyzerResourceOptions:
    return analyzer_pb2.AnalyzerResourceOptions(protect=one.protect, ignoreChanges=one.ignore_changes)


def _provider(one: Registration) -> analyzer_pb2.AnalyzerProviderResource:
    return analyzer_pb2.AnalyzerProviderResource(
        type=one.type, urn=one.urn, name=one.name, properties=_struct(one, one.inputs)
    )


def _struct(one: Registration, values: Mapping[str, Value]) -> struct_pb2.Struct:
    sent = {name: _json(value) for name, value in values.items()}
    for name in one.secret_paths:
        sent[name] = {rpc._special_sig_key: rpc._special_secret_sig, "value": sent[name]}
    return json_format.ParseDict(sent, struct_pb2.Struct())


def _json(value: Value) -> Json:
    if isinstance(value, Archive):
        assets: Json = {name: _asset(path) for name, path in value.files}
        return {rpc._special_sig_key: rpc._special_archive_sig, "assets": assets}
    if isinstance(value, dict):
        return {name: _json(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_json(item) for item in value]
    return rpc.UNKNOWN if value == UNKNOWN else value


def _asset(path: str) -> Json:
    return {rpc._special_sig_key: rpc._special_asset_sig, "path": path}

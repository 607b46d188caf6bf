"""The test monitor of Pulumi's SDK, keeping what it drops and refusing what the engine refuses."""

import threading
from collections.abc import Mapping
from typing import NoReturn

from google.protobuf import empty_pb2
from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.sync_await import _ensure_event_loop, _sync_await

from evaluation.made_up import made_up, unknown
from evaluation.project import Refused
from evaluation.properties import unknown_properties
from evaluation.registration import PROVIDER, Create, Registration, Value, decoded, plain

STACK = "pulumi:pulumi:Stack"


class Monitor(mocks.MockMonitor, mocks.Mocks):
    """Records each registration once. ``create`` may be called by several threads at once."""

    def __init__(self, preview: bool, create: Create | None) -> None:
        super().__init__(self)
        self.registrations: dict[str, Registration] = {}
        self.outputs: Value = {}
        self._create = unknown if preview else create or self._made_up
        self._lock = threading.Lock()

    def new_resource(self, args: mocks.MockResourceArgs) -> NoReturn:
        """Refuse to read what exists: a stack is created from nothing."""
        raise Refused(f"{args.typ} {args.name} would be read from the cloud; declare it")

    def call(self, args: mocks.MockCallArgs) -> NoReturn:
        """Refuse to ask the cloud: a lost region would stop the program."""
        raise Refused(f"{args.token} asks the cloud; take its answer from settings")

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Name a resource as the engine does: by the types of all its parents, without the stack's."""
        parents = parent.split("::")[2] if parent else STACK
        return super().make_urn("", type_ if parents == STACK else f"{parents}${type_}", name)

    def RegisterResource(self, request: resource_pb2.RegisterResourceRequest) -> resource_pb2.RegisterResourceResponse:
        """Record, check and create one resource."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        _ensure_event_loop()
        registration = self._registration(urn, request)
        self._admit(registration)
        id_, outputs = self._created(registration)
        # Nothing reads a function's code back, and an archive has no form as an output.
        readable = {name: value for name, value in outputs.items() if name != "code"}
        answer = _sync_await(rpc.serialize_properties(readable, {}))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=answer)

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> empty_pb2.Empty:
        """Keep the stack's outputs. `set_mocks` registers empty ones too, at times after the program's."""
        _ensure_event_loop()
        if request.urn.split("::")[2] == STACK and request.outputs.fields:
            self.outputs = plain(rpc.deserialize_properties(request.outputs, keep_unknowns=True), "", [])
        return empty_pb2.Empty()

    def _registration(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> Registration:
        sent, secrets = rpc.deserialize_properties(request.object, keep_unknowns=True), list[str]()
        inputs = {name: plain(decoded(value, request.type), name, secrets) for name, value in sent.items()}
        provider = (request.provider or next(iter(request.providers.values()), "")).rpartition("::")[0]
        region = inputs.get("region") or (self.registrations[provider].region if provider else "")
        by_property = sorted(request.propertyDependencies.items())
        return Registration(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent,
            provider=provider,
            region=str(region),
            inputs=inputs,
            secret_paths=tuple(sorted(secrets)),
            dependencies=tuple(sorted(request.dependencies)),
            property_dependencies={name: tuple(sorted(by.urns)) for name, by in by_property if by.urns},
            protect=request.protect,
            ignore_changes=tuple(request.ignoreChanges),
            retain_on_delete=request.retainOnDelete,
            custom=request.custom,
        )

    def _admit(self, one: Registration) -> None:
        with self._lock:
            if one.urn in self.registrations:
                raise Refused(f"Duplicate resource URN '{one.urn}'; try giving it a unique name")
            self.registrations[one.urn] = one
        if one.custom and not one.provider and not one.type.startswith(PROVIDER):
            package = one.type.partition(":")[0]
            raise Refused(f"Default provider for '{package}' disabled. '{one.urn}' must use an explicit provider.")
        if one.custom and (wrong := unknown_properties(one.type, one.inputs)):
            raise Refused(f"'{one.urn}' sets {', '.join(wrong)}, which {one.type} does not have")

    def _created(self, one: Registration) -> tuple[str, Mapping[str, Value]]:
        if one.type.startswith(PROVIDER):
            return one.name, one.inputs
        return self._create(one) if one.custom else ("", {})

    def _made_up(self, one: Registration) -> tuple[str, Mapping[str, Value]]:
        accounts = self.registrations[one.provider].inputs.get("allowedAccountIds")
        return made_up(one, str(accounts[0]) if isinstance(accounts, list) else "")

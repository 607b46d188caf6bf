"""The test monitor of Pulumi's SDK, keeping what it drops and refusing what the engine refuses."""

import json
import threading
from collections.abc import Mapping

from google.protobuf import empty_pb2
from pulumi.runtime import mocks, rpc
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.sync_await import _ensure_event_loop, _sync_await

from evaluation.computed import computed
from evaluation.properties import check_names
from evaluation.refused import Refused
from evaluation.registration import Create, Registration, Value, normalised, secret_paths

STACK = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:"


class Recorder(mocks.Mocks):
    """Answers what only a real provider could: nothing."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, object]]:
        raise Refused(f"{args.name} would be read from the cloud; a stack is created from nothing")

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, object], list[tuple[str, str]] | None]:
        raise Refused(f"{args.token} asks the cloud; take it from settings, so that a lost region stops nothing")


class Monitor(mocks.MockMonitor):
    """Records each registration once. ``create`` may be called by several threads at once."""

    def __init__(self, preview: bool, create: Create | None) -> None:
        super().__init__(Recorder())
        self.registrations: dict[str, Registration] = {}
        self.outputs: dict[str, Value] = {}
        self._preview = preview
        self._create = create or self._computed
        self._lock = threading.Lock()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Name a resource as the engine does: by all its parents' types, without the stack's."""
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
        answer = _sync_await(rpc.serialize_properties(_as_sent(outputs), {}))
        return resource_pb2.RegisterResourceResponse(urn=urn, id=id_, object=answer)

    def RegisterResourceOutputs(self, request: resource_pb2.RegisterResourceOutputsRequest) -> empty_pb2.Empty:
        """Keep the stack's outputs."""
        if request.urn.split("::")[2] == STACK:
            _ensure_event_loop()
            outputs = normalised(rpc.deserialize_properties(request.outputs, keep_unknowns=True))
            self.outputs = outputs if isinstance(outputs, dict) else {}
        return empty_pb2.Empty()

    def _registration(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> Registration:
        sent = rpc.deserialize_properties(request.object, keep_unknowns=True)
        inputs = normalised(_provider_inputs(sent) if request.type.startswith(PROVIDER) else sent)
        provider = request.provider or next(iter(request.providers.values()), "")
        return Registration(
            urn=urn,
            type=request.type,
            name=request.name,
            parent=request.parent,
            provider=provider.rpartition("::")[0],
            region=self._region(provider.rpartition("::")[0], inputs),
            inputs=inputs if isinstance(inputs, dict) else {},
            secret_paths=tuple(sorted(secret_paths(sent))),
            dependencies=tuple(sorted(request.dependencies)),
            property_dependencies=_sorted_urns(request),
            protect=request.protect,
            ignore_changes=tuple(request.ignoreChanges),
            retain_on_delete=request.retainOnDelete,
            custom=request.custom,
        )

    def _region(self, provider: str, inputs: Value) -> str:
        own = inputs.get("region") if isinstance(inputs, dict) else None
        return str(own or (self.registrations[provider].region if provider else ""))

    def _admit(self, registration: Registration) -> None:
        with self._lock:
            if registration.urn in self.registrations:
                raise Refused(f"Duplicate resource URN '{registration.urn}'; try giving it a unique name")
            self.registrations[registration.urn] = registration
        if registration.custom:
            self._check_custom(registration)

    def _check_custom(self, registration: Registration) -> None:
        if not registration.provider and not registration.type.startswith(PROVIDER):
            raise Refused(f"Default provider disabled for '{registration.urn}'; give it an explicit provider")
        check_names(registration.type, registration.urn, registration.inputs)

    def _created(self, registration: Registration) -> tuple[str, Mapping[str, Value]]:
        if not registration.custom:
            return "", {}
        if registration.type.startswith(PROVIDER):
            return registration.name, registration.inputs
        # The engine knows no computed output before the resource exists.
        return ("", registration.inputs) if self._preview else self._create(registration)

    def _computed(self, registration: Registration) -> tuple[str, Mapping[str, Value]]:
        accounts = self.registrations[registration.provider].inputs.get("allowedAccountIds")
        return computed(registration, str(accounts[0]) if isinstance(accounts, list) else "")


def _sorted_urns(request: resource_pb2.RegisterResourceRequest) -> dict[str, tuple[str, ...]]:
    return {name: tuple(sorted(by.urns)) for name, by in sorted(request.propertyDependencies.items()) if by.urns}


def _provider_inputs(sent: Mapping[str, object]) -> dict[str, object]:
    """Return a provider's inputs as values: the SDK sends everything but texts as JSON."""
    return {name: json.loads(value) if _is_json(value) else value for name, value in sent.items()}


def _is_json(value: object) -> bool:
    return isinstance(value, str) and (value in ("true", "false") or value[:1] in ("[", "{"))


def _as_sent(outputs: Mapping[str, Value]) -> dict[str, Value]:
    """Return the outputs without archives: nothing reads a function's code back."""
    return {name: value for name, value in outputs.items() if name != "code"}

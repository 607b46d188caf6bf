"""`pulumi-resource-aws` over a cloud that is a directory. The engine starts one process for each explicit provider.

It knows no schema: what it is given is what exists, with the outputs that the program reads (name, ARN, address). Names
that AWS's provider makes up are made up here too, and listed in `__defaults` as that provider lists them.
Protocol: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
"""

import hashlib
import importlib.metadata
import os
from collections.abc import Mapping
from pathlib import Path

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from evaluation.made_up import ARN_KINDS
from policy.crossguard.plugin_server import serve
from tests.engine.cloud import AlreadyExists, Cloud, Json

CLOUD = "LIFEBOAT_TEST_CLOUD"
DEFAULTS = "__defaults"
NAMED_BY_PROVIDER = frozenset({"aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"})
# What cannot be changed in place. In AWS it is more, and none of it is needed here.
IDENTITY = frozenset({"name", "region"})
GLOBAL = "global"
Properties = dict[str, Json]


class AwsProvider(provider_pb2_grpc.ResourceProviderServicer):
    """One region's provider."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._region = ""
        self._account = ""

    def GetPluginInfo(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi_aws"))

    def Cancel(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        return _diff(_plain(request.old_inputs), _plain(request.news))

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Ask the region who is calling, as AWS's provider does unless told otherwise: a dark one gives no answer."""
        given = _plain(request.args)
        self._region, accounts = str(given["region"]), str(given.get("allowedAccountIds", ""))
        self._account = accounts.strip('[]"')
        if any(given.get(skip) != "true" for skip in ("skipCredentialsValidation", "skipRequestingAccountId")):
            self._refuse_if_dark(context)
        return provider_pb2.ConfigureResponse(supportsPreview=True, acceptOutputs=True)

    def Check(self, request: provider_pb2.CheckRequest, _context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Complete the inputs: a name that was made up once stays."""
        news, olds = _plain(request.news), _plain(request.olds)
        made_up = f"{request.name}-{request.randomSeed.hex()[:7]}"
        if request.type in NAMED_BY_PROVIDER and "name" not in news:
            kept = olds.get("name") if olds.get(DEFAULTS) else None
            news |= {"name": kept or made_up, DEFAULTS: ["name"]}
        return provider_pb2.CheckResponse(inputs=_struct(news))

    def Diff(self, request: provider_pb2.DiffRequest, _context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """Compare what is wanted with what is there, as far as it was ever wanted."""
        olds, old_inputs, news = _plain(request.olds), _plain(request.old_inputs), _plain(request.news)
        return _diff({name: olds.get(name) for name in old_inputs}, news)

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        inputs = _plain(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=request.properties)
        self._refuse_if_dark(context)
        id_, outputs = self._made(request.urn, request.type, inputs)
        try:
            self._cloud.create(self._place(request.type), request.type, id_, outputs)
        except AlreadyExists as error:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, str(error))
        return provider_pb2.CreateResponse(id=id_, properties=_struct(outputs))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """Tell what is there now; the inputs are those that the engine knows, as they are there."""
        self._refuse_if_dark(context)
        found = self._cloud.get(self._place(request.type), request.type, request.id)
        if found is None:
            return provider_pb2.ReadResponse()
        inputs = {name: found.get(name, value) for name, value in _plain(request.inputs).items()}
        return provider_pb2.ReadResponse(id=request.id, properties=_struct(found), inputs=_struct(inputs))

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Send every input, changed or not, as AWS's provider does for a property that it updates."""
        gone = set(_plain(request.old_inputs)) - set(_plain(request.news))
        outputs = {name: value for name, value in _plain(request.olds).items() if name not in gone}
        outputs |= _plain(request.news)
        if not request.preview:
            self._refuse_if_dark(context)
            self._cloud.put(self._place(request.type), request.type, request.id, outputs)
        return provider_pb2.UpdateResponse(properties=_struct(outputs))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self._refuse_if_dark(context)
        if _plain(request.properties).get("deletionProtectionEnabled"):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"{request.id} is protected against deletion")
        self._cloud.delete(self._place(request.type), request.type, request.id)
        return empty_pb2.Empty()

    def _made(self, urn: str, type_: str, inputs: Properties) -> tuple[str, Properties]:
        service, _, kind = type_.split(":")[1].partition("/")
        name = str(inputs.get("name") or hashlib.sha256(urn.encode()).hexdigest()[:20])
        region = "" if service == "iam" else self._region
        arn = f"arn:aws:{service}:{region}:{self._account}:{ARN_KINDS.get(kind, '')}{name}"
        url = f"https://sqs.{self._region}.amazonaws.com/{self._account}/{name}"
        return _id(type_, name, inputs), {
            "url": url,
            "arn": arn,
            **inputs,
            **_streams(arn, self._region, inputs),
            "name": name,
        }

    def _place(self, type_: str) -> str:
        return GLOBAL if type_.startswith("aws:iam/") else self._region

    def _refuse_if_dark(self, context: grpc.ServicerContext) -> None:
        if self._cloud.is_dark(self._region):
            context.abort(grpc.StatusCode.UNAVAILABLE, f"no answer from sts.{self._region}.amazonaws.com")


def _id(type_: str, name: str, inputs: Properties) -> str:
    """Return what a thing is known by: its name, but for those that share one."""
    if type_.startswith("aws:iam/") and "role" in inputs:
        return f"{inputs['role']}:{name}"
    if type_ == "aws:route53/record:Record":
        return "_".join(str(inputs[each]) for each in ("zoneId", "name", "type", "setIdentifier") if each in inputs)
    return name


def _diff(there: Mapping[str, Json], wanted: Mapping[str, Json]) -> provider_pb2.DiffResponse:
    changed = sorted(
        name for name in {*there, *wanted} - {DEFAULTS} if _same_form(there.get(name)) != _same_form(wanted.get(name))
    )
    some = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
    return provider_pb2.DiffResponse(changes=some, diffs=changed, replaces=sorted(IDENTITY & set(changed)))


def _streams(arn: str, region: str, inputs: Properties) -> Properties:
    """Return what AWS adds to a table with a stream: its ARN, and that of each replica's own."""
    if not inputs.get("streamEnabled"):
        return {}
    asked = inputs.get("replicas")
    replicas: list[Json] = [
        {**one, "streamArn": arn.replace(region, str(one["regionName"])) + "/stream/made-up"}
        for one in (asked if isinstance(asked, list) else [])
        if isinstance(one, dict)
    ]
    return {"streamArn": f"{arn}/stream/made-up", **({"replicas": replicas} if replicas else {})}


def _same_form(value: Json) -> Json:
    """Return an archive as its hash alone, as the engine keeps no contents, and replicas as they are asked for."""
    if isinstance(value, list):
        return [_same_form(one) for one in value]
    if isinstance(value, dict) and "assets" in value and "hash" in value:
        return value["hash"]
    return {name: one for name, one in value.items() if name != "streamArn"} if isinstance(value, dict) else value


def _plain(struct: struct_pb2.Struct) -> Properties:
    return dict(json_format.MessageToDict(struct))


def _struct(values: Mapping[str, Json]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(values), struct_pb2.Struct())


if __name__ == "__main__":
    provider = AwsProvider(Cloud(Path(os.environ[CLOUD])))
    serve(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server))

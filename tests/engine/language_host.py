"""How the engine starts Python: a program by the SDK's own script, a policy pack by the SDK's own module.

Stands in for Pulumi's `pulumi-language-python`, which no registry has; where Pulumi is installed, its own is beside it.
Protocol: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto
"""

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import IO

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from policy.crossguard.plugin_server import serve

SCRIPT = "pulumi-language-python-exec"
# The script's exit code for an error that it has already shown in full.
SHOWN = 32


class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """Starts what `Pulumi.yaml` and `PulumiPolicy.yaml` name, in the virtual environment that they name."""

    def __init__(self, engine: str) -> None:
        self._engine = engine

    def GetPluginInfo(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo()

    def GetRequiredPackages(
        self, _request: language_pb2.GetRequiredPackagesRequest, _context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """Name nothing: the engine looks for a provider when the first resource asks for it."""
        return language_pb2.GetRequiredPackagesResponse()

    def Run(self, request: language_pb2.RunRequest, _context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run a program to its end. What it prints is the host's own output, which the engine shows."""
        info = request.info
        config = {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        command = [_python(info), "-u", str(_script()), *self._options(request), info.program_directory, *request.args]
        code = subprocess.run(command, cwd=request.pwd, env=os.environ | config, check=False).returncode
        error = f"Program exited with non-zero exit code: {code}" if code not in (0, SHOWN) else ""
        return language_pb2.RunResponse(error=error, bail=code == SHOWN)

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack until the engine ends the call, passing on what it prints."""
        if request.kind != "analyzer":
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{request.kind} plugins are not started here")
        command = [_python(request.info), "-u", "-m", "pulumi.policy", *request.args, request.info.program_directory]
        environment = dict(one.split("=", 1) for one in request.env)
        process = subprocess.Popen(
            command, cwd=request.pwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        context.add_callback(process.terminate)
        yield from _printed(process)
        yield language_pb2.RunPluginResponse(exitcode=process.wait())

    def _options(self, request: language_pb2.RunRequest) -> Iterator[str]:
        told: Mapping[str, str] = {
            "monitor": request.monitor_address,
            "engine": self._engine,
            "project": request.project,
            "stack": request.stack,
            "organization": request.organization,
            "root_directory": request.info.root_directory,
            "pwd": request.pwd,
            "dry_run": str(request.dryRun).lower(),
            "parallel": str(request.parallel),
        }
        for name, value in told.items():
            yield from (f"--{name}", value)


def _python(info: language_pb2.ProgramInfo) -> str:
    return str(Path(info.root_directory, str(info.options["virtualenv"]), "bin", "python"))


def _script() -> Path:
    found = shutil.which(SCRIPT)
    if not found:
        raise FileNotFoundError(f"{SCRIPT} is not on PATH: run `make engine`")
    return Path(found)


def _printed(process: "subprocess.Popen[bytes]") -> Iterator[language_pb2.RunPluginResponse]:
    """Yield both outputs as they come, until both have ended."""
    said: SimpleQueue[language_pb2.RunPluginResponse | None] = SimpleQueue()

    def follow(stream: IO[bytes] | None, answer: Callable[[bytes], language_pb2.RunPluginResponse]) -> None:
        for line in stream or ():
            said.put(answer(line))
        said.put(None)

    def on_stdout(line: bytes) -> language_pb2.RunPluginResponse:
        return language_pb2.RunPluginResponse(stdout=line)

    def on_stderr(line: bytes) -> language_pb2.RunPluginResponse:
        return language_pb2.RunPluginResponse(stderr=line)

    outputs = ((process.stdout, on_stdout), (process.stderr, on_stderr))
    for output in outputs:
        threading.Thread(target=follow, args=output, daemon=True).start()
    for _ in outputs:
        yield from iter(said.get, None)


if __name__ == "__main__":
    host = LanguageHost(sys.argv[-1])
    serve(lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server))

"""Started by the engine, which tells neither where the repository is nor puts it on the path."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from pulumi.runtime.proto import analyzer_pb2_grpc

from policy.crossguard.pack import Pack
from policy.crossguard.plugin_server import serve

serve(lambda server: analyzer_pb2_grpc.add_AnalyzerServicer_to_server(Pack(), server))

"""The rules as the engine asks for them: it shows each resource's inputs, then the whole stack.

Protocol: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/analyzer.proto
"""

from collections.abc import Mapping

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from policy.crossguard.seen import STACK, Shown, registration, shown
from policy.judgement import judge
from policy.rule import Level, Rule, Violation
from policy.rules import RULES

NAME = "lifeboat"
VERSION = "1.0.0"
LEVELS: Mapping[Level, analyzer_pb2.EnforcementLevel.ValueType] = {
    Level.MANDATORY: analyzer_pb2.MANDATORY,
    Level.ADVISORY: analyzer_pb2.ADVISORY,
}


class Pack(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers for one preview or update.

    An engine shows a whole stack by its resources' outputs, in which a provider reports more than it was given: the
    ARN of a replica in another region, a topic's default policy. It shows each resource's inputs first: they are kept.
    """

    def __init__(self) -> None:
        self._inputs: dict[str, Shown] = {}

    def GetPluginInfo(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=VERSION)

    def GetAnalyzerInfo(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> analyzer_pb2.AnalyzerInfo:
        """Tell the rules."""
        return analyzer_pb2.AnalyzerInfo(name=NAME, version=VERSION, policies=[_policy(rule) for rule in RULES])

    def Configure(
        self, _request: analyzer_pb2.ConfigureAnalyzerRequest, _context: grpc.ServicerContext
    ) -> empty_pb2.Empty:
        """Take no settings: a rule is waived in policy/waivers.py, with its reason."""
        return empty_pb2.Empty()

    def Analyze(
        self, request: analyzer_pb2.AnalyzeRequest, _context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Keep a resource's inputs for the rules, which look at whole stacks."""
        self._inputs[request.urn] = shown(request.properties, request.type)
        return analyzer_pb2.AnalyzeResponse()

    def Remediate(
        self, _request: analyzer_pb2.AnalyzeRequest, _context: grpc.ServicerContext
    ) -> analyzer_pb2.RemediateResponse:
        """Mend nothing: the program says what is deployed."""
        return analyzer_pb2.RemediateResponse()

    def AnalyzeStack(
        self, request: analyzer_pb2.AnalyzeStackRequest, _context: grpc.ServicerContext
    ) -> analyzer_pb2.AnalyzeResponse:
        """Hold the stack against the rules."""
        # What an update leaves out, as `--exclude` does, is not shown with its inputs: its outputs must do.
        registrations = [
            registration(one, self._inputs.get(one.urn) or shown(one.properties, one.type))
            for one in request.resources
            if one.type != STACK
        ]
        found = judge(registrations).violations
        return analyzer_pb2.AnalyzeResponse(diagnostics=[_diagnostic(one) for one in found])

    def Cancel(self, _request: empty_pb2.Empty, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()


def _policy(rule: Rule) -> analyzer_pb2.PolicyInfo:
    return analyzer_pb2.PolicyInfo(
        name=rule.id,
        description=rule.protects,
        enforcementLevel=LEVELS[rule.level],
        policy_type=analyzer_pb2.POLICY_TYPE_STACK,
        remediation_steps=rule.remedy,
    )


def _diagnostic(violation: Violation) -> analyzer_pb2.AnalyzeDiagnostic:
    return analyzer_pb2.AnalyzeDiagnostic(
        policyName=violation.rule.id,
        policyPackName=NAME,
        policyPackVersion=VERSION,
        description=violation.rule.protects,
        message=violation.message,
        enforcementLevel=LEVELS[violation.rule.level],
        urn=violation.finding.resource.urn,
    )

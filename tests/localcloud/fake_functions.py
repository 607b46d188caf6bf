"""Functions without processes: what is asked of them is kept, what they answer is told beforehand."""

from collections.abc import Callable
from dataclasses import dataclass, field

from localcloud.deployed import AsynchronousSettings, Deployed, NoSuchFunction
from localcloud.sandbox import Outcome

Answer = Callable[[bytes], Outcome]


def succeeded(payload: bytes = b"null") -> Outcome:
    """Return the outcome of a run that answered."""
    return Outcome(payload=payload, failed=False, duration_ms=1, init_ms=0, max_memory_mb=1, tail="")


def failed(payload: bytes = b'{"errorType": "E"}') -> Outcome:
    """Return the outcome of a run that raised."""
    return Outcome(payload=payload, failed=True, duration_ms=1, init_ms=0, max_memory_mb=1, tail="")


def deployed(name: str = "f", region: str = "us-east-1", role: str = "role") -> Deployed:
    """Describe a function."""
    return Deployed(
        region=region,
        name=name,
        arn=f"arn:aws:lambda:{region}:123456789012:function:{name}",
        role=role,
        handler="code.handle",
        runtime="python3.12",
        archive=b"",
        timeout_seconds=3,
        memory_mb=128,
        reserved_concurrency=None,
        environment={},
    )


@dataclass(kw_only=True)
class FakeFunctions:
    """Stands for ``Functions``."""

    settings: AsynchronousSettings = field(default_factory=AsynchronousSettings)
    role: str = "role"
    gone: bool = False

    def get(self, region: str, name: str) -> Deployed:
        if self.gone:
            raise NoSuchFunction(name)
        return deployed(name.rpartition(":")[2], region, self.role)

    def asynchronous(self, *_function: str) -> AsynchronousSettings:
        return self.settings


@dataclass(kw_only=True)
class FakeRunner:
    """Stands for ``Runner``: answers in turn, the last answer again and again."""

    answers: list[Outcome | Exception] = field(default_factory=lambda: [succeeded()])
    functions: FakeFunctions = field(default_factory=FakeFunctions)
    events: list[bytes] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)

    def invoke(self, _region: str, _name: str, payload: bytes, *_request_id: str) -> Outcome:
        self.events.append(payload)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def count(self, _function: Deployed, metric: str) -> None:
        self.counted.append(metric)

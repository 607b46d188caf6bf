"""One sandbox: runs one event at a time, within its deadline and its memory."""

import json
import queue
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from localcloud.capture import LogEvent
from localcloud.runtime_api import Answer, Conversation, Event, RuntimeApi
from localcloud.sandbox_process import SandboxProcess, SandboxSettings

INIT_SECONDS = 10.0
LOOK_SECONDS = 0.05
TAIL_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How an invocation ended; ``init_ms`` is 0 when the sandbox was warm, ``tail`` the end of what it logged."""

    payload: bytes
    failed: bool
    duration_ms: float
    init_ms: float
    max_memory_mb: int
    tail: str


class Broken(Exception):
    """The sandbox ended the invocation itself; the error types are AWS's own."""

    def __init__(self, error_type: str, words: str) -> None:
        super().__init__(words)
        self.error_type = error_type

    def answer(self, request_id: str) -> Answer:
        """Return the error that the invoker gets, in the words of AWS."""
        message = f"RequestId: {request_id} Error: {self}"
        error = {"errorType": self.error_type, "errorMessage": message}
        return Answer(payload=json.dumps(error).encode(), failed=True)


class Sandbox:
    """A process of the deployed archive with a conversation of its own."""

    def __init__(
        self,
        settings: SandboxSettings,
        emit: Callable[[LogEvent], None],
        started: Callable[[], None] = lambda: None,
    ) -> None:
        self.settings = settings
        self._started = started
        self._emit = emit
        self._tail: list[str] = []
        self._max_memory_mb = 0
        self._born: float | None = time.monotonic()
        self._conversation = Conversation(started=started, freeze=self._freeze, thaw=self._thaw)
        self._api = RuntimeApi(self._conversation)
        address = f"127.0.0.1:{self._api.server_port}"
        self.process = SandboxProcess(settings, address, self._log)
        self._conversation.within_reach.set()

    def run(self, event: Event) -> Outcome:
        """Deliver one event and wait for its end, whatever that is; the caller keeps to one at a time."""
        self._tail.clear()
        self._conversation.delivered_at = None
        asked_at = time.monotonic()
        self._conversation.offer(event)
        try:
            answer = self._answer(event, asked_at)
        except Broken as broken:
            self.kill()
            answer = broken.answer(event.request_id)
        self._started()
        self.process.capture.drain()
        return self._outcome(answer)

    def kill(self) -> None:
        """Kill the process; an invocation that runs in it ends with Runtime.ExitError."""
        self.process.kill()

    def close(self) -> None:
        """Kill the process and give back port, pipes and directory."""
        self.process.close()
        self._api.close()

    def _answer(self, event: Event, asked_at: float) -> Answer:
        while True:
            alive = self.process.alive
            try:
                return self._conversation.answers.get(timeout=LOOK_SECONDS if alive else 0.001)
            except queue.Empty:
                self._judge(alive, event, asked_at)

    def _judge(self, alive: bool, event: Event, asked_at: float) -> None:
        """Raise Broken if the invocation must end here: the process is gone, too big or too late."""
        if not alive:
            raise Broken("Runtime.ExitError", self.process.exit_words())
        memory_mb = self.process.memory_mb()
        self._max_memory_mb = max(self._max_memory_mb, memory_mb)
        if memory_mb > self.settings.memory_mb:
            raise Broken("Runtime.OutOfMemory", "Runtime exited with error: signal: killed")
        delivered_at = self._conversation.delivered_at
        allowed = INIT_SECONDS if delivered_at is None else event.timeout_seconds
        if time.monotonic() - (delivered_at or asked_at) > allowed:
            raise Broken("Sandbox.Timedout", f"Task timed out after {allowed:.2f} seconds")

    def _outcome(self, answer: Answer) -> Outcome:
        ended_at = time.monotonic()
        delivered_at = self._conversation.delivered_at or ended_at
        init_ms = (delivered_at - self._born) * 1000 if self._born is not None else 0.0
        self._born = None
        return Outcome(
            payload=answer.payload,
            failed=answer.failed,
            duration_ms=(ended_at - delivered_at) * 1000,
            init_ms=init_ms,
            max_memory_mb=max(self._max_memory_mb, self.process.memory_mb()),
            tail="\n".join(self._tail)[-TAIL_BYTES:],
        )

    def _freeze(self) -> None:
        self.process.signal(signal.SIGSTOP)

    def _thaw(self) -> None:
        self.process.signal(signal.SIGCONT)

    def _log(self, event: LogEvent) -> None:
        self._tail.append(event.message.rstrip("\n"))
        self._emit(event)

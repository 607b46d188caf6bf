"""How long a client would wait on its sockets, told without waiting."""

import socket

import pytest

WAITED_SECONDS = 0.2


def recorded_waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a list that fills with the seconds asked for, while each wait lasts ``WAITED_SECONDS`` at most."""
    waits: list[float] = []
    settimeout = socket.socket.settimeout

    def hurried(self: socket.socket, seconds: float | None) -> None:
        if seconds:
            waits.append(seconds)
        settimeout(self, min(seconds, WAITED_SECONDS) if seconds else seconds)

    monkeypatch.setattr(socket.socket, "settimeout", hurried)
    return waits

"""The cloud's own log: one JSON object a line, with what was given as ``extra``."""

import json
import logging
from pathlib import Path

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLines(logging.Formatter):
    """Writes time, logger, level, message, error and extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line without its end."""
        extra = {name: str(value) for name, value in vars(record).items() if name not in STANDARD}
        error = {"error": self.formatException(record.exc_info)} if record.exc_info else {}
        line = {"at": self.formatTime(record), "logger": record.name, "level": record.levelname}
        return json.dumps({**line, "message": record.getMessage(), **extra, **error})


def log_to(path: Path) -> None:
    """Write everything from INFO on to a file."""
    handler = logging.FileHandler(path)
    handler.setFormatter(JsonLines())
    logging.basicConfig(handlers=[handler], level=logging.INFO)

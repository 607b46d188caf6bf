"""The applications' log: one JSON object a line on stderr, with what was given as ``extra``."""

import json
import logging

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


class JsonLine(logging.Formatter):
    """Writes time, logger, level, message, error and extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line without its end."""
        facts = {name: str(value) for name, value in vars(record).items() if name not in STANDARD}
        error = {"error": self.formatException(record.exc_info)} if record.exc_info else {}
        line = {"at": self.formatTime(record), "logger": record.name, "level": record.levelname}
        return json.dumps({**line, "message": record.getMessage(), **facts, **error})


def log_to_stderr() -> None:
    """Log from INFO on; a process that does already goes on as it does."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLine())
    logging.basicConfig(handlers=[handler], level=logging.INFO)

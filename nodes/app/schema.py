"""The SQL schema: numbered files of `migrations/`, each carried out once; `python -m nodes.app.schema` does it.

MariaDB commits around each statement that changes the schema, so a file can be cut off in the middle. Its statements
therefore say ``IF NOT EXISTS``, and a file that was not finished is run again.
"""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from nodes.app.database import Database, NotServing, Transaction
from nodes.app.settings import NotConfigured, Settings

FOLDER = Path(__file__).parent / "migrations"
VERSIONS = "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, applied_at_ms BIGINT NOT NULL)"
LOCK_NAME = "lifeboat-schema"


def files() -> Mapping[int, Path]:
    """Return the migrations by their numbers, in order."""
    return {int(path.name.partition("_")[0]): path for path in sorted(FOLDER.glob("*.sql"))}


EXPECTED = max(files())


def version(transaction: Transaction) -> int:
    """Return the newest migration that was carried out; raises `DatabaseAway` before the first."""
    [(newest,)] = transaction.rows("SELECT COALESCE(MAX(version), 0) FROM schema_versions")
    return int(str(newest))


def migrate(database: Database, now_ms: int) -> list[int]:
    """Carry out what is missing, one migrator at a time; return the numbers.

    Raises:
        NotServing: as `Database.writing`.
    """
    with database.writing() as transaction:
        transaction.rows(database.engine.lock, LOCK_NAME)  # ends with the connection
        for statement in (*database.engine.first, VERSIONS):
            transaction.change(statement)
        done = {number for (number,) in transaction.rows("SELECT version FROM schema_versions")}
        missing = {number: path for number, path in files().items() if number not in done}
        for number, path in missing.items():
            _carry_out(transaction, path)
            transaction.change("INSERT INTO schema_versions VALUES (%s, %s)", number, now_ms)
        return list(missing)


def _carry_out(transaction: Transaction, path: Path) -> None:
    for statement in path.read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            transaction.change(statement)


def main() -> int:
    """Migrate the writer; 1 if it cannot be reached or written to."""
    try:
        done = migrate(Database(Settings.from_env(os.environ)), time.time_ns() // 1_000_000)
    except (NotConfigured, NotServing) as error:
        print(f"nothing was migrated: {error}", file=sys.stderr)
        return 1
    print(f"schema {EXPECTED}; carried out: {', '.join(map(str, done)) or 'nothing'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

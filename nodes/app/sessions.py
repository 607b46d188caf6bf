"""Who is signed in: rows of SQL, so that a session outlives its host and follows the database."""

import secrets

from nodes.app.database import Transaction
from nodes.app.digests import digest

LIFE_MS = 12 * 3_600_000


def begin(transaction: Transaction, shop: str, now_ms: int) -> str:
    """Begin a session of a shop and forget those that are over; return its token, of which only a digest is kept."""
    token = secrets.token_urlsafe(32)
    transaction.change("DELETE FROM sessions WHERE expires_at_ms < %s", now_ms)
    transaction.change("INSERT INTO sessions VALUES (%s, %s, %s)", digest("session", token), shop, now_ms + LIFE_MS)
    return token


def shop_of(transaction: Transaction, token: str, now_ms: int) -> str | None:
    """Return whose session a token is; None if it is nobody's any more."""
    asked = "SELECT shop FROM sessions WHERE token_digest = %s AND expires_at_ms >= %s"
    rows = transaction.rows(asked, digest("session", token), now_ms)
    return str(rows[0][0]) if rows else None

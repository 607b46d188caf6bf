"""Keys made of other texts: of one length and one alphabet, so that both databases compare them alike.

MariaDB's usual collations take ``A`` for ``a`` and ignore spaces at the end; PostgreSQL's do not.
"""

import hashlib


def digest(*parts: str) -> str:
    """Return 64 hexadecimal digits that stand for these texts in this order."""
    framed = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(framed.encode("utf-8", "surrogatepass")).hexdigest()

"""Small functions to deploy: their source as an archive."""

import io
import zipfile


def archive(source: str, module: str = "code.py") -> bytes:
    """Zip one module."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as opened:
        opened.writestr(module, source)
    return buffer.getvalue()

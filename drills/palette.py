"""The report's colours: one for each site wherever it appears, and calm ones for what is normal."""

from collections.abc import Mapping

SITES: Mapping[str, str] = {"primary": "#2f6fde", "secondary": "#e08a1e"}
NOBODY = "#94a3b8"
BAD = "#d6336c"
INK = "#1f2937"
FAINT_INK = "#64748b"
GRID = "#e8ecf1"
FAULT_SHADE = "rgba(214, 51, 108, 0.07)"

LOOKS: Mapping[str, str] = {
    **SITES,
    "preparing": "#a78bfa",
    "moving": "#7c3aed",
    "held": "#111827",
    "healthy": "#74c69d",
    "missing": "#ffd166",
    "unhealthy": BAD,
    "unknown": "#d5dbe3",
    "silent": "#f1f3f6",
    "done": "#5c6f8c",
    "undone": BAD,
    "fault": BAD,
    "stage": "#eef1f5",
    "info": "#5c6f8c",
    "warning": "#e08a1e",
    "critical": BAD,
}


def look(name: str) -> str:
    """Return the colour of one look; grey for what nobody has named yet."""
    return LOOKS.get(name, NOBODY)


def ink_on(name: str) -> str:
    """Return a text colour that reads on a look."""
    return INK if name in ("healthy", "missing", "unknown", "silent", "preparing", "secondary", "stage") else "white"


def faded(name: str) -> str:
    """Return a look's colour at 18% opacity, for an area under its line."""
    red, green, blue = (int(look(name)[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.18)"

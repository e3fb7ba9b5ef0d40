"""Where the package finds its own sql/, expectations/ and data/: beside the checkout, or inside an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).parent.parent


def resource(name: str) -> Path:
    """The folder ``sql``, ``expectations`` or ``data`` (or a path below one)."""
    packed = PACKAGE / "resources" / name
    return packed if packed.exists() else PACKAGE.parent / name

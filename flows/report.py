"""report.html."""

from pathlib import Path


def render_report(database: Path, target: Path) -> None:
    """Placeholder until the real report lands in this same session."""
    target.write_text("")

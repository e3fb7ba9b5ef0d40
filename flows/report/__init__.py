"""report.html: one self-contained page per snapshot: the answer, then what it rests on, down to the diary lines."""

from flows.report.page import render_report

__all__ = ["render_report"]

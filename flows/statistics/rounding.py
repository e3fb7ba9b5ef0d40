"""Published statistics are rounded to ten significant digits, so that no processor's last bits show."""

from math import isfinite


def finite(value: float | None) -> float | None:
    """The value as a plain, rounded float; None for NaN, infinity and None."""
    if value is None or not isfinite(value):
        return None
    return float(f"{float(value):.10g}") + 0.0  # -0.0 becomes 0.0

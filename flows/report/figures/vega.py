"""Vega-Lite specifications as the plain dictionaries that they are, in few words.

The names and values are Vega-Lite's own (https://vega.github.io/vega-lite/docs/). None means null: no axis, no legend.
"""

from typing import Any

Spec = dict[str, Any]

TYPES = {"Q": "quantitative", "N": "nominal", "O": "ordinal"}
MINUS = "replace(datum.label, '-', '\u2212')"  # a true minus sign on an axis


def field(name: str, **properties: Any) -> Spec:
    """A channel that shows a field: ``field("pct:Q")`` with its type, ``field("high")`` where another channel has it."""
    column, _, letter = name.partition(":")
    return {"field": column} | ({"type": TYPES[letter]} if letter else {}) | properties


def mark(kind: str, **properties: Any) -> Spec:
    """What is drawn for each row."""
    return {"type": kind} | properties


def view(data: str, drawn: Spec, **channels: Spec) -> Spec:
    """Marks of one kind over named data, which join the specification later."""
    return {"data": {"name": data}, "mark": drawn, "encoding": channels}


def layer(*views: Spec, **properties: Any) -> Spec:
    """Views on the same axes, the last one in front."""
    return {"layer": list(views)} | properties

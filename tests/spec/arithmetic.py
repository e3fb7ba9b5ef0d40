"""The arithmetic printed in the documentation is evaluated: a formula in backticks that is false fails a test.

Exact fractions throughout. ``~=`` claims a rounded value: ``100 * (1 - 19/27) ~= 29.6``.
"""

import ast
import operator
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

Operation = Callable[[Fraction, Fraction], Fraction]
Comparison = Callable[[Fraction, Fraction], bool]
SPAN = re.compile(r"`([^`]+)`")
FORMULA = re.compile(r"[\d\s+\-*/().<>=~]*")
COMPARISON = re.compile(r"[<>=]")
OPERATIONS: dict[type[ast.operator], Operation] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
COMPARISONS: dict[type[ast.cmpop], Comparison] = {
    ast.Eq: operator.eq,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def formulas(text: str) -> list[str]:
    """The spans in backticks that claim something about numbers."""
    spans = SPAN.findall(text)
    return [span for span in spans if FORMULA.fullmatch(span) and COMPARISON.search(span)]


def is_true(formula: str) -> bool:
    if "~=" in formula:
        exact, rounded = formula.split("~=")
        digits = -int(Decimal(rounded.strip()).as_tuple().exponent)
        return round(number(exact), digits) == Fraction(rounded.strip())
    node = ast.parse(re.sub(r"(?<![<>=])=(?!=)", "==", formula.strip()), mode="eval").body
    if not isinstance(node, ast.Compare):
        raise ValueError(f"compares nothing: {formula}")
    sides = [evaluate(side) for side in (node.left, *node.comparators)]
    return all(COMPARISONS[type(op)](a, b) for op, a, b in zip(node.ops, sides, sides[1:], strict=False))


def number(text: str) -> Fraction:
    return evaluate(ast.parse(text.strip(), mode="eval").body)


def evaluate(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(value=int() | float()):
            return Fraction(str(node.value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -evaluate(operand)
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATIONS[type(op)](evaluate(left), evaluate(right))
        case _:
            raise ValueError(f"not arithmetic: {ast.dump(node)}")


def pretty(text: str) -> str:
    """The formulas of a text with the signs of print."""
    signs = {"~=": "\u2248", "<=": "\u2264", ">=": "\u2265", "*": "\u00d7"}

    def print_span(found: re.Match[str]) -> str:
        span = found[1]
        if FORMULA.fullmatch(span):
            for typed, printed in signs.items():
                span = span.replace(typed, printed)
        return f"`{span}`"

    return SPAN.sub(print_span, text)

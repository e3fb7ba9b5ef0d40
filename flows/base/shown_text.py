"""Text of files as a terminal, a log or the page of a CI job shows it: what would act there is spelled out.

Names and cells may hold escape sequences that clear a screen, C1 control characters that do the same, and marks that
turn the direction of writing. Tables and JSON hold the text as it is.
"""


def one_line(text: str) -> str:
    """The text with every character that is not printable spelled out: nothing may start a line of its own."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(text: str) -> str:
    """The same, but line ends stay: for text that is made of lines, or whose line ends are encoded after this."""
    return "".join(c if c in "\r\n" else one_line(c) for c in text)

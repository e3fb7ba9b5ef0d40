"""Texts for XML 1.0, which has no control characters."""

import re

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """The text with a replacement character for each that XML cannot hold."""
    return NOT_XML.sub("\ufffd", text)

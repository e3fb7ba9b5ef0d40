"""report.html as a machine reads it: elements, numbers with their address, and what the drill-down holds."""

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from typing import Any, NamedTuple

VOID_TAGS = {"meta", "br", "img", "link", "input", "hr", "source", "base", "wbr"}


class Number(NamedTuple):
    """A number of the page: the table, row and column it claims to come from, and its text."""

    table: str
    row: str
    column: str
    text: str


class Page(HTMLParser):
    """The elements of a page, their texts, and the digits in table cells that no address vouches for."""

    def __init__(self, html: str):
        super().__init__()
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.numbers_without_address: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {[element[0] for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, {name: value or "" for name, value in attrs}, [])
        self.elements.append(element)
        if tag not in VOID_TAGS:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, _, text in self._open:
            text.append(data)
        inside = [(tag, attributes) for tag, attributes, _ in self._open]
        is_number_cell = any(
            tag == "td" and not {"text", "plain"} & set(a.get("class", "").split()) for tag, a in inside
        )
        if is_number_cell and re.search(r"\d", data) and not any("data-table" in a for _, a in inside):
            self.numbers_without_address.append(data)

    def all(self, *tags: str) -> list[tuple[str, dict[str, str], str]]:
        return [(tag, a, "".join(text).strip()) for tag, a, text in self.elements if not tags or tag in tags]

    @property
    def numbers(self) -> list[Number]:
        return [
            Number(a["data-table"], a["data-row"], a["data-column"], text)
            for _, a, text in self.all()
            if "data-table" in a
        ]


class Subjects(NamedTuple):
    """What the drill-down holds: the index, and the blocks unpacked."""

    index: dict[str, Any]
    blocks: dict[str, Any]


def subjects_of(page: Page) -> Subjects:
    """The drill-down's data, unpacked without the page's script."""
    scripts = {a["id"]: text for _, a, text in page.all("script") if "id" in a}
    index = json.loads(scripts.pop("subject-index"))
    return Subjects(
        index, {name: json.loads(gzip.decompress(base64.b64decode(text))) for name, text in scripts.items()}
    )

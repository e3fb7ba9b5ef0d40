"""The rows of one sheet of a workbook, read from its XML piece by piece: what is held is a row, however far apart the
cells are."""

from collections.abc import Callable, Iterator

from flows.base.errors import FileRefused
from flows.landing.cell_values import plain
from flows.landing.workbook_parts import AGAIN, Parts

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
LONGEST_TEXT = 1 << 20  # a cell holds 32,767 characters; other programs write longer ones
MOST_STRINGS, MOST_CHARACTERS = 1 << 22, 1 << 28
DIGITS = "0123456789"

TextOf = Callable[[str | None, str | None, str], str]


class Sheet:
    """The rows that hold a value: (row number from 1, texts up to the last cell with a value)."""

    def __init__(self, parts: Parts, name: str, text_of: TextOf) -> None:
        self._parts, self._name, self._text_of = parts, name, text_of

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Raises FileRefused for cells out of their order or out of the sheet, and formulas without a value."""
        text_of = self._text_of
        ready: list[tuple[int, list[str]]] = []
        columns: dict[str, int] = {}
        fields: list[str] = []
        texts: list[str] = []
        row = column = held = phonetic = 0
        row_text = "0"
        in_data = in_cell = wanted = is_formula = False
        kind: str | None = None
        style: str | None = None

        # Called for every element of every cell: the commonest come first.
        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal row, row_text, column, held, in_data, in_cell, wanted, is_formula, kind, style, fields, phonetic
            if not in_data:
                in_data = name == "sheetData"
            elif name == "c":
                reference = attributes.get("r")
                if reference is None:
                    column += 1
                else:
                    if not reference.endswith(row_text):
                        raise ValueError("a cell outside its row")
                    letters = reference[: -len(row_text)]
                    place = columns.get(letters) or columns.setdefault(letters, column_number(letters))
                    if place <= column:
                        raise ValueError("cells out of their order")
                    column = place
                if in_cell or column > MOST_COLUMNS:
                    raise ValueError("a cell in another, or outside the sheet")
                kind, style = attributes.get("t"), attributes.get("s")
                texts.clear()
                held = 0
                in_cell, is_formula = True, False
            elif name == "v" or name == "t":
                wanted = not phonetic
            elif name == "row":
                before, row = row, int(attributes.get("r", row + 1))
                if not before < row <= MOST_ROWS:
                    raise ValueError("rows out of their order")
                row_text, column, fields = str(row), 0, []
            elif name == "f":
                is_formula = True
            elif name == "rPh":
                phonetic += 1

        def text(data: str) -> None:
            nonlocal held
            if wanted:
                texts.append(data)
                held += len(data)
                if held > LONGEST_TEXT:
                    raise FileRefused(f"has a cell with more text than a cell can hold; {AGAIN}")

        def end(name: str) -> None:
            nonlocal in_data, in_cell, wanted, phonetic
            if not in_data:
                return
            if name == "v" or name == "t":
                wanted = False
            elif name == "c":
                in_cell = False
                if texts:
                    if value := text_of(kind, style, texts[0] if len(texts) == 1 else "".join(texts)):
                        if gap := column - 1 - len(fields):
                            fields.extend([""] * gap)
                        fields.append(value)
                elif is_formula and kind != "str":
                    raise FileRefused(
                        "is a workbook whose formulas have no stored values; open it in a spreadsheet program and save it"
                    )
            elif name == "row":
                if fields:
                    ready.append((row, fields))
            elif name == "rPh":
                phonetic -= 1
            elif name == "sheetData":
                in_data = False

        for _ in self._parts.read(self._name, start, end, text):
            yield from ready
            ready.clear()

    def has_cells(self) -> bool:
        """Whether any cell holds a value."""
        return next(iter(self), None) is not None


def column_number(letters: str) -> int:
    """1 for A, 27 for AA. Raises ValueError for what is no column."""
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z" or number > MOST_COLUMNS:
            raise ValueError("no column")
        number = number * 26 + ord(letter) - 64
    return number


def shared_texts(parts: Parts, name: str) -> list[str]:
    """The texts that cells point to by their number, each on one line."""
    found: list[str] = []
    pieces: list[str] = []
    held = phonetic = 0
    wanted = False

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal wanted, phonetic
        if element == "t":
            wanted = not phonetic
        elif element == "rPh":  # how a name is pronounced, beside the name
            phonetic += 1

    def text(data: str) -> None:
        nonlocal held
        if wanted:
            pieces.append(data)
            held += len(data)
            if held > MOST_CHARACTERS:
                raise FileRefused(f"holds more text than can be read at once; {AGAIN}")

    def end(element: str) -> None:
        nonlocal wanted, phonetic
        if element == "t":
            wanted = False
        elif element == "rPh":
            phonetic -= 1
        elif element == "si":
            found.append(plain("".join(pieces)))
            pieces.clear()
            if len(found) > MOST_STRINGS:
                raise FileRefused(f"holds more texts than can be read at once; {AGAIN}")

    parts.read_whole(name, start, end, text)
    return found

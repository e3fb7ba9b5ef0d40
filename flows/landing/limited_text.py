"""A text file that is not written beyond a size."""

from typing import IO

from flows.base.errors import FileRefused


class LimitedText:
    """Stops what a small file can be made to write: a text that a million cells share is stored once in a workbook."""

    def __init__(self, out: IO[str], limit: int) -> None:
        self._out, self._left = out, limit

    def write(self, text: str) -> None:
        """Raises FileRefused beyond the limit, in characters."""
        self._left -= len(text)
        if self._left < 0:
            raise FileRefused("unpacks to more than any diary does; export it as CSV")
        self._out.write(text)

"""A pattern for files of one shape, and what stands in their names in the place of an identifier."""

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePosixPath

from flows.study.file_format import FileFormat

NOT_IN_A_WORD = (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])")
SHORTEST_SHOWN = 2  # an identifier of one character is in many names by chance
SITE_FOLDER = re.compile(r"site|cent(er|re)|zentrum|centro|clinic|klinik|hosp", re.IGNORECASE)
Template = tuple[str, list[str]]


def pattern_of(paths: Sequence[str], others: Collection[str], identifiers: Collection[str]) -> str | None:
    """A pattern that fits all of these paths and none of the others, without an identifier; None where there is none."""
    depths = {path.count("/") for path in paths}
    if len(depths) > 1:
        return None
    levels = zip(*(path.split("/") for path in paths), strict=True)
    pattern = "/".join("*".join(masked(_literal(piece), identifiers) for piece in _common(level)) for level in levels)
    pattern = re.sub(r"\*+", "*", pattern)
    fits = FileFormat(pattern=pattern).matches
    return pattern if all(map(fits, paths)) and not any(map(fits, others)) else None


def subject_template(paths: Sequence[str], known: Collection[str]) -> Template | None:
    """(template, identifiers): the file's name with ``{subject_id}`` in the place of one, as in ``{subject_id}.csv``.

    Where identifiers of the study are known, they tell the place; else what differs in the names of several files.
    """
    names = [PurePosixPath(path).name for path in paths]
    around = _around_known(names, known) if known else _around(names) if len(set(names)) == len(names) > 1 else None
    if around is None:
        return None
    before, after = around
    fitting = [name for name in names if name.startswith(before) and name.endswith(after)]
    found = [name[len(before) : len(name) - len(after)] for name in fitting]
    if len(found) < len(names) or not all(found) or len(set(found)) < len(found):
        return None
    return f"{before}{{subject_id}}{after}", found


def folders_tell_sites(paths: Sequence[str]) -> bool:
    """Whether each file lies in a folder that is named as a site."""
    return all(SITE_FOLDER.search(path.rpartition("/")[0].rpartition("/")[2]) for path in paths)


def masked(text: str, identifiers: Collection[str]) -> str:
    """A name as it is shown: ``*`` in the place of an identifier."""
    hidden = [name for name in identifiers if len(name) >= SHORTEST_SHOWN and name in text]
    for name in sorted(hidden, key=len, reverse=True):
        text = re.sub(re.escape(name).join(NOT_IN_A_WORD), "*", text)
    return text


def _literal(text: str) -> str:
    """A name as part of a pattern."""
    return re.sub(r"([\[*?])", r"[\1]", text)


def _around_known(names: Sequence[str], known: Collection[str]) -> tuple[str, str] | None:
    """What stands before and after the identifier in each name that holds one that is known; None where names differ."""
    ways: set[tuple[str, str]] = set()
    for name in names:
        held = [identifier for identifier in known if identifier in name]
        places = [
            (name[: found.start()], name[found.end() :])
            for identifier in held
            for found in re.finditer(re.escape(identifier).join(NOT_IN_A_WORD), name)
        ]
        if len(places) == 1:
            ways.add(places[0])
    return ways.pop() if len(ways) == 1 else None


def _common(names: Iterable[str]) -> tuple[str, ...]:
    """The name all have, or what it begins and ends with in all of them."""
    several = sorted(set(names))
    return (several[0],) if len(several) == 1 else _around(several)


def _around(names: Sequence[str]) -> tuple[str, str]:
    """What the names begin and end with alike, cut back to where a word or a number begins."""
    before = _begin(names)
    after = _begin([name[len(before) :][::-1] for name in names])[::-1]
    middles = [name[len(before) : len(name) - len(after)] for name in names]
    starts, ends = ("".join(middle[:1] for middle in middles), "".join(middle[-1:] for middle in middles))
    before = re.sub(r"\d+$" if starts.isdigit() or not starts else r"[A-Za-z0-9]+$", "", before)
    after = re.sub(r"^\d+" if ends.isdigit() or not ends else r"^[A-Za-z0-9]+", "", after)
    return before, after


def _begin(names: Sequence[str]) -> str:
    """The letters with which all begin."""
    first, last = min(names), max(names)
    alike = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return first[:alike]

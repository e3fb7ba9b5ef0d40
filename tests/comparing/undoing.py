"""Causes taken back: a study made anew of the later night's files, without what a cause says came, with what went."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from flows.comparing.causes import Cause, Change
from tests.comparing.nights import Settings
from tests.comparing.quick_runs import Night, Values, kept_bytes, outcomes_of

GLOBAL = frozenset({"cutoff", "rule", "check", "setting"})
Line = tuple[str, int | None]  # file_id and line number; None = every line of the subject in that file


class Undoing(NamedTuple):
    """What is to be taken back for one subject: lines that came, lines that went, and settings of all."""

    subject_id: str
    settings: frozenset[str]
    came: frozenset[Line]
    went: frozenset[Line]


def undoing_of(change: Change) -> Undoing:
    """What its causes say, all together."""
    came = {(p.file_id, p.line_number) for p in _places(change, "new_lines", "correction", "restored") if p.file_id}
    went = {
        (p.file_before, p.line_before)
        for cause in ("withdrawal", "correction")
        for p in _places(change, cause)
        if p.file_before and (cause == "withdrawal" or not p.file_id)
    }
    return Undoing(str(change.subject_id), GLOBAL & set(change.codes), frozenset(came), frozenset(went))


def _places(change: Change, *codes: str) -> list:
    return [place for cause in change.causes if cause.cause in codes for place in cause.places]


def rounds(undoings: Iterable[Undoing]) -> list[list[Undoing]]:
    """Undoings that can be tried in one run: the same settings, and of each subject one at a time."""
    waiting: dict[frozenset[str], dict[str, list[Undoing]]] = defaultdict(lambda: defaultdict(list))
    for undoing in dict.fromkeys(undoings):
        waiting[undoing.settings][undoing.subject_id].append(undoing)
    found = []
    for by_subject in waiting.values():
        while any(by_subject.values()):
            found.append([undoings.pop() for undoings in by_subject.values() if undoings])
    return found


def undone(
    undoings: list[Undoing], before: tuple[Night, Settings], after: tuple[Night, Settings], out: Path, scratch: Path
) -> Values:
    """The outcomes of the later night with these undoings, each subject's alone and the settings for all."""
    study = scratch / "study"
    (study / "inbox").mkdir(parents=True)
    night, settings = after
    settings.with_those_of(before[1], undoings[0].settings).write(study)
    came = {line: None for undoing in undoings for line in undoing.came}
    subjects = {file: {u.subject_id for u in undoings if (file, None) in u.came} for file, line in came if line is None}
    went: dict[str, set[int | None]] = defaultdict(set)
    for undoing in undoings:
        for file_id, line in undoing.went:
            went[file_id].add(line)
    for entry in night.kept:
        if entry.file_id not in night.counted and entry.file_id not in went:
            continue
        header, *lines = kept_bytes(out, entry).decode().splitlines(keepends=True)
        numbered = list(enumerate(lines, start=2))
        if entry.file_id in night.counted:
            whose = subjects.get(entry.file_id, set())
            numbered = [
                (n, line)
                for n, line in numbered
                if (entry.file_id, n) not in came and line.split(",")[0].upper() not in whose
            ]
        else:
            numbered = [(n, line) for n, line in numbered if n in went[entry.file_id]]
        target = study / "inbox" / f"{entry.sequence:04}" / Path(entry.path).name
        target.parent.mkdir()
        target.write_text(header + "".join(line for _, line in numbered))
    return outcomes_of(study, scratch / "out")


def named(causes: Iterable[Cause]) -> str:
    """The causes, for a failure to be understood."""
    return "; ".join(f"{cause.cause} {cause.text or ''} {len(cause.places)} places" for cause in causes)

"""Causes taken back: a study made anew of the later night's files, without what a cause says came, with what went."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from flows.comparing.causes import Cause, Change
from tests.comparing.nights import Settings
from tests.comparing.quick_runs import Night, Values, kept_bytes, outcomes_of

GLOBAL = frozenset({"cutoff", "rule", "check", "setting"})
Line = tuple[str | None, int | None]  # file_id and line number; None = every line of the subject in that file


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


def undone(undoings: list[Undoing], settings: Settings, night: Night, out: Path, scratch: Path) -> list[Values]:
    """The outcomes of a night under these settings with each of these undoings, in their order.

    What one subject's lines say changes nothing for another. So all undoings are tried in one run: each for a copy of its
    subject, whose identifier ends in the undoing's number.
    """
    study = scratch / "study"
    (study / "inbox").mkdir(parents=True)
    settings.write(study)
    for entry in night.kept:
        header, *lines = kept_bytes(out, entry).decode().splitlines(keepends=True)
        is_counted, copies = entry.file_id in night.counted, []
        for place, undoing in enumerate(undoings):
            for number, line in enumerate(lines, start=2):
                subject, comma, rest = line.partition(",")
                at = (entry.file_id, number)
                stands = (
                    at not in undoing.came and (at[0], None) not in undoing.came if is_counted else at in undoing.went
                )
                if subject.upper() == undoing.subject_id.upper() and stands:
                    copies.append(f"{subject}-{place}{comma}{rest}")
        if copies:
            target = study / "inbox" / f"{entry.sequence:04}" / Path(entry.path).name
            target.parent.mkdir()
            target.write_text(header + "".join(copies))
    found: list[Values] = [{} for _ in undoings]
    for (scope, rule_set, subject, cycle, column), value in outcomes_of(study, scratch / "out").items():
        name, _, place = subject.rpartition("-")
        found[int(place)][scope, rule_set, name, cycle, column] = value
    return found


def named(causes: Iterable[Cause]) -> str:
    """The causes, for a failure to be understood."""
    return "; ".join(f"{cause.cause} {cause.text or ''} {len(cause.places)} places" for cause in causes)

"""draft: every file that no entry reads or that is refused, and the entries that would read them."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from flows.base.errors import ConfigurationError, FileRefused
from flows.base.shown_text import one_line
from flows.landing.date_formats import dates_of
from flows.landing.draft.columns import SUBJECT, match
from flows.landing.draft.entry import Entry
from flows.landing.draft.file_names import masked, subject_template
from flows.landing.draft.guesses import Shape, Surroundings, entries_for
from flows.landing.draft.into_settings import write_entries
from flows.landing.draft.look import Look, look_at, tables_in
from flows.landing.draft.redcap import find_codebook
from flows.landing.draft.trial import Trial, try_entries
from flows.landing.land import land
from flows.landing.unused_settings import MAY_LIE_THERE
from flows.study.dictionary import FILE_KINDS
from flows.study.study_folder import Study
from flows.warehouse.database import open_warehouse
from flows.warehouse.settings_tables import load_metadata

DATES_AS_NAMES = "a column a date"
WHAT_MAY_LIE = "what it holds; if it may lie there unread, name it under [intake] ignore in study.toml"


class Draft(NamedTuple):
    """What is said of files of one shape; ``entry`` is None where nothing could be made of them."""

    title: str
    entry: Entry | None
    trial: Trial | None
    cannot_tell: tuple[str, ...] = ()

    def text(self) -> str:
        """TOML with comments."""
        lines = [f"# {one_line(self.title)}"]
        lines += [f"# Cannot tell: {one_line(doubt)}" for doubt in self.cannot_tell]
        entry_text = self.entry.text() if self.entry else ""
        tried = f"{self.trial.text()}\n" if self.trial else ""
        return "\n".join(lines) + "\n" + entry_text + tried

    def counts(self) -> dict[str, int | str | None]:
        """Facts for a log of JSON lines."""
        kind = self.entry.kind if self.entry else None
        return {
            "kind": kind,
            "files": len(self.entry.paths) if self.entry else None,
            "lines": self.trial.lines if self.trial else None,
            "lines_landed": self.trial.landed if self.trial else None,
        }


class Unread(NamedTuple):
    """A file of inbox/ that nothing reads, and why."""

    path: str
    reason: str


def draft_study(study: Study) -> list[Draft]:
    """A draft for each shape of file that is not read; none where every file is."""
    unread, read = _unread(study)
    with tempfile.TemporaryDirectory(prefix="draft-") as folder:
        looks, failed = _look_at_all(study, unread, Path(folder))
        subjects = _subjects(study, looks, read, Path(folder))
    shapes = list(_shapes(looks))
    in_names = {name for shape in shapes for name in (subject_template(shape.paths, subjects) or ("", []))[1]}
    hidden = subjects | in_names
    around = Surroundings(subjects, hidden, frozenset(read), find_codebook(study.folder))
    found = []
    for shape in shapes:
        others = {path for other in shapes for path in other.paths} - set(shape.paths)
        known = around._replace(other_paths=around.other_paths | others)
        found += [(shape, entry) for entry in entries_for(shape, known)]
    reasons = {file.path: file.reason for file in unread}
    whole = [(shape, entry) for shape, entry in found if _can_be_tried(shape, entry)]
    trials = iter(try_entries(study, [entry for _, entry in whole])) if whole else iter(())
    drafts = [
        Draft(_title(shape, hidden, reasons), entry, next(trials))
        if _can_be_tried(shape, entry)
        else Draft(_title(shape, hidden, reasons), None, None, _doubts(shape, entry))
        for shape, entry in found
    ]
    nothing = [
        Draft(f"{masked(path, hidden)}: {masked(reason, hidden)}", None, None, (WHAT_MAY_LIE,))
        for path, reason in failed
    ]
    return [*drafts, *nothing]


def write_drafts(study: Study, drafts: list[Draft]) -> int:
    """Put the entries that land every line into study.toml; gives their number."""
    whole = [(draft.entry, draft.text()) for draft in drafts if draft.entry and draft.trial and draft.trial.is_whole]
    if whole:
        write_entries(study.folder / "study.toml", whole)
    return len(whole)


def _unread(study: Study) -> tuple[list[Unread], set[str]]:
    """Files that nothing reads, and the paths of those that are read or may lie there."""
    with (
        tempfile.TemporaryDirectory(prefix="draft-") as out,
        open_warehouse(Path(out), study, is_scratch=True) as (con, kept),
    ):
        load_metadata(con, study, None)
        with suppress(ConfigurationError):  # what lacks is what the drafts are for
            land(con, study, kept, knows_all_files=False)
        rows = con.execute(
            "SELECT path, status, reason FROM landing.refused_files WHERE sha256 <> '' ORDER BY path"
        ).fetchall()
        read = {path for (path,) in con.execute("SELECT path FROM landing.landed_files").fetchall()}
    aside = {path for path, status, reason in rows if status == "withdrawn" or reason == MAY_LIE_THERE}
    repeated = {
        path for path, status, reason in rows if status == "ignored" and reason.startswith("has the same content")
    }
    return [Unread(path, reason) for path, _, reason in rows if path not in aside | repeated], read | aside | repeated


def _look_at_all(study: Study, unread: list[Unread], scratch: Path) -> tuple[list[Look], list[tuple[str, str]]]:
    looks: list[Look] = []
    failed = []
    for file in unread:
        try:
            looks += tables_in(file.path, study.inbox / file.path, scratch)
        except FileRefused as refusal:
            failed.append((file.path, str(refusal)))
    return looks, failed


def _subjects(study: Study, looks: list[Look], read: set[str], scratch: Path) -> frozenset[str]:
    """The identifiers that stand in the files of the study."""
    found: set[str] = set()
    for look in [*looks, *_looks(study, read, scratch)]:
        theirs = next((names for kind in FILE_KINDS if (names := match(look, kind).columns.get(SUBJECT))), None)
        if theirs:
            found |= set(look.cells(look.place(theirs[0])))
    return frozenset(found)


def _looks(study: Study, paths: set[str], scratch: Path) -> Iterator[Look]:
    for path in sorted(paths):
        try:
            yield look_at(path, study.inbox / path, scratch)
        except (FileRefused, OSError):
            continue


def _shapes(looks: list[Look]) -> Iterator[Shape]:
    """Looks of one header and one way of writing together."""
    alike: dict[tuple[object, ...], list[Look]] = defaultdict(list)
    for look in looks:
        names = tuple(DATES_AS_NAMES if dates_of([name]).are_dates else name.casefold() for name in look.header)
        ending = look.path.lower().rpartition(".")[2]
        alike[(names, look.sheet, look.delimiter, look.encoding, ending)].append(look)
    for several in alike.values():
        rows = [row for look in several for row in look.rows]
        yield Shape(tuple(look.path for look in several), several[0]._replace(rows=rows))


def _can_be_tried(shape: Shape, entry: Entry) -> bool:
    keys = {guess.key for guess in entry.guesses}
    is_named = ("pattern",) in keys and (shape.look.sheet is None or ("sheet",) in keys)
    return bool(entry.kind) and shape.look.is_sure and is_named


def _doubts(shape: Shape, entry: Entry) -> tuple[str, ...]:
    if not shape.look.is_sure:
        return (f"whether line {shape.look.header_line} is the header: too few of its names are known",)
    if entry.kind:
        if shape.look.sheet is not None and not any(guess.key == ("sheet",) for guess in entry.guesses):
            return (
                "a sheet of each subject is not read: put the rows of all into one sheet with a column for the subject",
            )
        return ("a pattern that fits these files and no others: put them into a folder of their own",)
    return entry.cannot_tell


def _title(shape: Shape, hidden: frozenset[str], reasons: dict[str, str]) -> str:
    shown = list(dict.fromkeys(masked(path, hidden) for path in shape.paths))
    names = shown[0] if len(shape.paths) == 1 else f"{len(shape.paths)} files as {shown[0]}"
    sheet = f", sheet '{masked(shape.look.sheet, hidden)}'" if shape.look.sheet else ""
    return f"{names}{sheet}: {masked(reasons[shape.paths[0]], hidden)}"

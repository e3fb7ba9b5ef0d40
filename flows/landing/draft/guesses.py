"""The entries for files of one shape: which kind they are, and every key with what tells it."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from flows.landing.date_formats import ISO, Dates, dates_of
from flows.landing.draft.answers import findings
from flows.landing.draft.columns import FEWEST_COLUMNS, SUBJECT, Match, is_row_of_its_own, is_same_name, match
from flows.landing.draft.entry import Entry, Guess
from flows.landing.draft.file_names import folders_tell_sites, masked, pattern_of, subject_template
from flows.landing.draft.look import Look
from flows.landing.draft.names import says_kind
from flows.landing.draft.redcap import FILLED_IN, UNVERIFIED, Form, forms_of, is_export
from flows.landing.draft.wide import wide_layout
from flows.landing.partial_dates import is_partial
from flows.study.codebook import Codebook
from flows.study.dictionary import FILE_KINDS, file_columns
from flows.study.file_format import SERIAL_DATES, day_column

SITE = "site"
# Formats of which the landing finds the order of day and month by itself, or refuses the file by its own evidence.
FOUND_WHILE_LANDING = {
    f"{first}{mark}{second}{mark}%Y" for mark in "./-" for first, second in (("%d", "%m"), ("%m", "%d"))
}
FOUND_WHILE_LANDING |= {ISO, "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", *(f"%d{mark}%b{mark}%Y" for mark in " .-")}
FEWEST_PROOFS = 2


class Shape(NamedTuple):
    """Files with one header: ``look`` holds the rows of them all."""

    paths: tuple[str, ...]
    look: Look


class Surroundings(NamedTuple):
    """What else is known of the study: identifiers of its subjects, the other paths of inbox/, its project dictionary.

    ``hidden``: identifiers that are not shown, those of names of files too.
    """

    subjects: frozenset[str]
    hidden: frozenset[str]
    other_paths: frozenset[str]
    codebook: Codebook | None


def entries_for(shape: Shape, around: Surroundings) -> list[Entry]:
    """The entries that would read files of one shape: several where they hold several kinds of form."""
    first = _which_files(shape, around)
    if is_export(shape.look):
        entries = [
            entry for form in forms_of(shape.look, around.codebook) for entry in _of_form(form, shape, around, first)
        ]
        return entries or [Entry("", shape.paths, (), ("which kind of file a form of this export is",))]
    return [_of_table(shape, around, first)]


def _which_files(shape: Shape, around: Surroundings) -> list[Guess]:
    pattern = pattern_of(shape.paths, around.other_paths, around.hidden)
    files = f"{len(shape.paths)} files with one header" if len(shape.paths) > 1 else ""
    guesses = [Guess(("pattern",), pattern, files)] if pattern else []
    if shape.look.sheet is not None and masked(shape.look.sheet, around.hidden) == shape.look.sheet:
        guesses.append(Guess(("sheet",), shape.look.sheet))
    return guesses


def _of_table(shape: Shape, around: Surroundings, first: list[Guess]) -> Entry:
    named: list[Guess] = []
    columns: set[str] = set()
    doubts: list[str] = []
    by_name = subject_template(shape.paths, around.subjects)
    matches = {kind: match(shape.look, kind) for kind in FILE_KINDS}
    if by_name and not any(SUBJECT in found.columns for found in matches.values()):
        columns.add(SUBJECT)
    for kind in FILE_KINDS:
        if wide := wide_layout(shape.look, kind):
            guesses = [*first, Guess(("layout",), "wide", is_open=bool(wide.doubts))]
            guesses += [Guess(("wide",), wide.keys, wide.evidence, is_open=bool(wide.doubts))]
            guesses += _column_guesses(Match(kind, wide.columns, {}, {}, ()))
            guesses += _wide_dates(shape.look, wide.keys.get("first_day"), doubts)
            return Entry(kind, shape.paths, tuple(guesses), (*wide.doubts, *doubts))
    kind, why = _kind_of(shape, matches, columns)
    if kind is None:
        return Entry("", shape.paths, (), (why,))
    found = matches[kind]
    if SUBJECT in columns and by_name:
        template, subjects = by_name
        same = len(around.subjects & set(subjects))
        evidence = f"{same} of {len(subjects)} are subjects of other files" if same else "the names differ there only"
        if SITE in {column.name for column in file_columns(kind)} - found.found and folders_tell_sites(shape.paths):
            template = f"{{{SITE}}}/{template}"
            evidence += "; the folders are named as sites"
        named.append(Guess(("file_name",), template, evidence))
    return Entry(kind, shape.paths, (*first, *named, *_keys(shape.look, found, doubts)), (*found.doubts, *doubts))


def _of_form(form: Form, shape: Shape, around: Surroundings, first: list[Guess]) -> list[Entry]:
    """The entry for a form, where its fields are those of a kind of file."""
    record = form.look.header[0]
    look = form.look._replace(header=(SUBJECT, *form.look.header[1:]))  # REDCap's first column is the record's
    matches = {kind: match(look, kind) for kind in FILE_KINDS}
    kind, _ = _kind_of(Shape((form.name,), look), matches, set())
    if kind is None:
        return []
    doubts: list[str] = []
    found = matches[kind]
    guesses = [*first, *(Guess(("where", name), value, "the rows of this form") for name, value in form.where.items())]
    others = {status: count for status, count in form.statuses.items() if status != FILLED_IN}
    if form.status_column and FILLED_IN in form.statuses and others:
        counted = ", ".join(f"{count} rows have {status or 'nothing'}" for status, count in sorted(others.items()))
        evidence = f"2 is Complete; {counted}: a form not filled in has 0 in boxes that nobody saw"
        guesses.append(Guess(("answered", form.status_column), int(FILLED_IN), evidence))
        if UNVERIFIED in others:
            doubts.append(f"whether forms with {form.status_column} = 1 (Unverified) count: then write [2, 1]")
    elif form.status_column and others:
        doubts.append(f"which forms were filled in: none has {form.status_column} = 2 (Complete)")
    guesses.append(Guess(("columns", SUBJECT), record, "the first column of an export is the record's"))
    coded = {
        name.partition("___")[0].casefold()
        for theirs in (*found.columns.values(), *found.boxes.values())
        for name in theirs
    } & set(around.codebook.choices if around.codebook else ())
    if coded and around.codebook:
        guesses.append(
            Guess(("codebook",), around.codebook.name, f"it lists the choices of {len(coded)} of the fields")
        )
    guesses += _keys(look, found, doubts)
    for ours, boxes in found.boxes.items():
        question = boxes[0].partition("___")[0]
        labels = around.codebook.choices.get(question.casefold(), {}) if around.codebook else {}
        for box in boxes:
            if label := labels.get(box.partition("___")[2]):
                guesses.append(Guess(("codes", ours, box), label.casefold(), "as the codebook labels it"))
            else:
                doubts.append(f"what the box '{box}' stands for: put the project dictionary into the study folder")
    return [Entry(kind, shape.paths, tuple(guesses), (*found.doubts, *doubts))]


def _kind_of(shape: Shape, matches: dict[str, Match], from_name: set[str]) -> tuple[str | None, str]:
    """(kind, "") or (None, why it cannot be from_name)."""
    name = " ".join(filter(None, (*shape.paths[:1], shape.look.sheet)))
    scores = {}
    for kind, found in matches.items():
        is_named = says_kind(name, kind)
        is_enough = len(found.found | from_name) >= FEWEST_COLUMNS or (is_named and len(found.found | from_name) > 1)
        if found.lacks(from_name) or not is_enough:
            continue
        is_about_subjects = not any(column.required and column.name != SUBJECT for column in file_columns(kind))
        # Any file has subjects. One that is about them has each once.
        if is_about_subjects and not from_name and not is_row_of_its_own(shape.look, found.columns[SUBJECT][0]):
            continue
        scores[kind] = len(found.found | from_name) + 0.5 * is_named
    if not scores:
        nearest = max(matches, key=lambda kind: (len(matches[kind].found), -FILE_KINDS.index(kind)))
        lacking = matches[nearest].lacks(from_name)
        if lacking and matches[nearest].found:
            doubts = f" ({'; '.join(matches[nearest].doubts)})" if matches[nearest].doubts else ""
            return None, f"it is most like {nearest}, but no column is sure to be {' or '.join(lacking)}{doubts}"
        return None, "which kind of file it is: its columns have no known names; name them in columns of an entry"
    best = [kind for kind, score in scores.items() if score == max(scores.values())]
    if len(best) > 1:
        return None, f"which kind of file it is: it could be {' or '.join(best)}"
    return best[0], ""


def _keys(look: Look, found: Match, doubts: list[str]) -> list[Guess]:
    """Columns, the format of dates and how answers are written."""
    guesses, drop = _date_guesses(look, found, doubts)
    columns = {column.name: column for column in file_columns(found.kind)}
    further: list[Guess] = []
    for ours, theirs in found.columns.items():
        if len(theirs) == 1 and ours not in drop:
            keys, unsure = findings(columns[ours], theirs[0], look.cells(look.place(theirs[0])))
            further += [Guess(*finding) for finding in keys]
            doubts += unsure
            if unsure:
                drop = drop | {ours}
    return [*guesses, *_column_guesses(found, drop), *further]


def _column_guesses(found: Match, drop: Collection[str] = ()) -> list[Guess]:
    """Ours = theirs, where the names differ; as a comment where something about the column is not decided."""
    return [
        Guess(
            ("columns", ours),
            theirs[0] if len(theirs) == 1 else list(theirs),
            found.evidence.get(ours, ""),
            ours in drop,
        )
        for ours, theirs in found.columns.items()
        if not is_same_name(ours, theirs, found.kind)
    ]


def _date_guesses(look: Look, found: Match, doubts: list[str]) -> tuple[list[Guess], set[str]]:
    """The one format of an entry, and the columns that are written in another."""
    types = {column.name: column for column in file_columns(found.kind)}
    dates: dict[str, Dates] = {}
    for ours, theirs in found.columns.items():
        if types[ours].type in ("date", "timestamp", "partial_date") and (cells := look.cells(look.place(theirs[0]))):
            whole = [text for text in cells if types[ours].type != "partial_date" or not is_partial(text)]
            if whole:
                dates[ours] = dates_of(whole)
    needed = [ours for ours in dates if types[ours].required] or list(dates)
    if not needed:
        return [], set()
    format_, evidence = _one_format([dates[ours] for ours in needed], [*dates.values()], found.kind)
    if format_ is None:
        doubts.append(evidence)
        return [], set()
    others = {ours for ours, of in dates.items() if format_ not in of.formats and ISO not in of.formats}
    doubts += [
        f"{ours} has its dates in another format than {needed[0]}: one entry reads one" for ours in sorted(others)
    ]
    is_found = format_ in FOUND_WHILE_LANDING
    return [] if is_found else [Guess(("date_format",), format_, evidence)], others


def _one_format(needed: Sequence[Dates], known: Sequence[Dates], kind: str) -> tuple[str | None, str]:
    """(format, evidence), or (None, what cannot be told). What is not told by the dates that are needed may be told by
    others of the file."""
    common = set.intersection(*(set(of.formats) for of in needed))
    if not common:
        return None, "its dates are written in more than one way: set date_format in an entry for each part"
    for of in known:
        if len(common) > 1 and common & set(of.formats):
            common &= set(of.formats)
    if len(common) > 1:
        return None, (
            f"day or month first: every date can be read as {' and as '.join(sorted(common))}; set date_format"
        )
    format_ = common.pop()
    proofs = sum(of.proofs for of in known if format_ in of.formats)
    if format_ in SERIAL_DATES or format_ in FOUND_WHILE_LANDING:
        return format_, "whole numbers in the range of such days" if format_ in SERIAL_DATES else ""
    if proofs < FEWEST_PROOFS and day_column(kind):
        return None, f"the order in its dates: only {proofs} of them can be read in one order only; set date_format"
    return format_, f"{proofs} dates can be read in no other order"


def _wide_dates(look: Look, first_day: str | None, doubts: list[str]) -> list[Guess]:
    """The format of the dates of day 1."""
    if first_day is None:
        return []
    dates = dates_of(look.cells(look.place(first_day)))
    if len(dates.formats) > 1:
        doubts.append(f"day or month first in '{first_day}': set date_format")
        return []
    return [] if dates.formats[0] == ISO else [Guess(("date_format",), dates.formats[0], f"the dates in '{first_day}'")]

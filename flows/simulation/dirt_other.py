"""What goes wrong in the other files. A kind that would take a subject or a session out of the study stands beside
the intact line, so that one planted fault has no others in its train."""

from collections.abc import Callable

from flows.simulation.planting import (
    CELL,
    DUPLICATE,
    FLAGGED,
    QUARANTINED,
    Edit,
    Facts,
    Kind,
    Mark,
    NewLine,
    added,
    any_line,
    broken,
    changed,
    shifted,
)

NEW_SUBJECT = (0, lambda fields, _: f"N{fields[0]}")  # somebody who was never enrolled


def _screened(name: str, outcome: str, *changes: tuple, also: str = "") -> Kind:
    """A further line for somebody who was never enrolled."""
    return Kind(any_line, added(f"subjects.{name}", outcome, NEW_SUBJECT, (8, ""), (9, ""), *changes, also=also))


SUBJECTS = {
    "arm_unknown": _screened("arm.unknown", CELL, (1, "verum")),
    "consent_unreadable": _screened("consent_date.unreadable", CELL, (5, "spring 2021")),
    "preventives_unreadable": _screened("prior_preventives_failed.unreadable", CELL, (6, "many")),
    "preventives_out_of_range": _screened("prior_preventives_failed.out_of_range", CELL, (6, "99")),
    "overuse_unreadable": _screened("overuse_excluded.unreadable", CELL, (7, "maybe")),
    "leaving_unreadable": _screened("discontinued_date.unreadable", CELL, (8, "2021-13-01")),
    "left_before_consent": _screened("discontinued_date.before_consent", FLAGGED, (8, lambda f, _: shifted(f[5], -3))),
    "subject_missing": Kind(any_line, added("subjects.subject_id.missing", QUARANTINED, (0, ""))),
    "birth_year_unreadable": Kind(any_line, changed("subjects.birth_year.unreadable", CELL, (4, "seventies"))),
    "birth_year_out_of_range": Kind(
        any_line,
        changed("subjects.birth_year.out_of_range", FLAGGED, (4, "1066"), also="subjects.birth_year.implausible_age"),
    ),
    "child": Kind(any_line, changed("subjects.birth_year.implausible_age", FLAGGED, (4, "2015"))),
    "sex_unknown": Kind(any_line, changed("subjects.sex.unknown", FLAGGED, (3, "?"))),
    "consent_in_future": _screened(
        "consent_date.future", CELL, (5, "2120-01-01"), also="subjects.birth_year.implausible_age"
    ),
    "leaving_in_future": _screened("discontinued_date.future", FLAGGED, (8, "2120-01-01")),
    "line_broken": broken("subjects.line.columns"),
    "duplicate": Kind(any_line, added("", DUPLICATE)),
}


def re_enrolled(fields: list[str]) -> list[NewLine]:
    """The same subject enrolled twice, with two dates of consent: nothing tells which line is right."""
    marks = (
        Mark("re_enrolled", "subjects.subject.conflict", QUARANTINED),
        Mark("re_enrolled", "subjects.subject_id.reenrolled", FLAGGED),
    )
    return [NewLine(fields, marks), NewLine([*fields[:5], shifted(fields[5], 1), *fields[6:]], marks)]


SCORES = {
    "out_of_instrument_range": Kind(
        lambda fields, _: fields[2] == "HIT6",
        changed("scores.score.out_of_instrument_range", QUARANTINED, (3, lambda _, facts: str(79 + facts.bits % 9))),
    ),
    "score_negative": Kind(
        lambda fields, _: fields[2] != "HIT6",
        changed("scores.score.out_of_range", QUARANTINED, (3, "-5"), also="scores.score.out_of_instrument_range"),
    ),
    "score_unreadable": Kind(any_line, changed("scores.score.unreadable", QUARANTINED, (3, "high"))),
    "instrument_unknown": Kind(
        any_line, changed("scores.instrument.unknown", QUARANTINED, (2, lambda f, _: f"X{f[2]}"))
    ),
    "instrument_missing": Kind(any_line, changed("scores.instrument.missing", QUARANTINED, (2, ""))),
    "date_unreadable": Kind(
        any_line, changed("scores.score_date.unreadable", QUARANTINED, (1, lambda f, _: f"{f[1][:4]}-02-30"))
    ),
    "date_missing": Kind(any_line, changed("scores.score_date.missing", QUARANTINED, (1, ""))),
    "subject_missing": Kind(any_line, changed("scores.subject_id.missing", QUARANTINED, (0, ""))),
    "date_future": Kind(
        any_line,
        changed(
            "scores.score_date.future", QUARANTINED, (1, lambda _, facts: shifted("2120-01-01", facts.bits % 30_000))
        ),
    ),
    "before_consent": Kind(
        any_line,
        changed(
            "scores.score_date.before_consent",
            QUARANTINED,
            (1, lambda _, facts: shifted(facts.consent.isoformat(), -1 - facts.bits % 3_000)),
        ),
    ),
    "half_points": Kind(
        lambda fields, _: fields[2] == "HIT6",
        changed("scores.score.not_whole", FLAGGED, (3, lambda f, _: f"{int(f[3]) - 1}.5")),
    ),
    "unscored": Kind(any_line, changed("scores.score.missing", FLAGGED, (3, ""))),
    "subject_unknown": Kind(any_line, added("scores.subject_id.unknown", FLAGGED, (0, lambda f, _: f"X{f[0]}"))),
    "conflict": Kind(
        any_line,
        lambda kind, fields, _: [
            NewLine(line, (Mark(kind, "scores.subject_date_instrument.conflict", QUARANTINED),))
            for line in (fields, [*fields[:3], str(int(fields[3]) + (1 if int(fields[3]) < 50 else -1))])
        ],
    ),
    "duplicate": Kind(any_line, added("", DUPLICATE)),
    "line_broken": broken("scores.line.columns"),
}


def _partly_known(start: Callable[[list[str], Facts], str]) -> Kind:
    """The start of an event as far as somebody knew it: the event is kept."""
    return Kind(any_line, changed("adverse_events.start_date.partial", FLAGGED, (1, start)))


EVENTS = {
    "end_before_start": Kind(
        any_line,
        changed("adverse_events.end_date.before_start", CELL, (2, lambda f, _: shifted(f[1], -2))),
    ),
    "start_missing": Kind(any_line, changed("adverse_events.start_date.missing", FLAGGED, (1, ""))),
    "start_future": Kind(
        any_line, changed("adverse_events.start_date.future", QUARANTINED, (1, "2120-01-01"), (2, ""))
    ),
    "end_future": Kind(any_line, changed("adverse_events.end_date.future", FLAGGED, (2, "2120-01-01"))),
    "before_consent": Kind(
        any_line,
        changed(
            "adverse_events.start_date.before_consent",
            FLAGGED,
            (1, lambda _, facts: shifted(facts.consent.isoformat(), -5)),
        ),
    ),
    "subject_unknown": Kind(
        any_line, added("adverse_events.subject_id.unknown", FLAGGED, (0, lambda f, _: f"X{f[0]}"))
    ),
    "day_unknown": _partly_known(lambda f, _: f[1][:7]),
    "day_named_unknown": _partly_known(lambda f, _: f"UN/{f[1][5:7]}/{f[1][:4]}"),
    "month_unknown": _partly_known(lambda f, _: f[1][:4]),
    "start_unknown": _partly_known(lambda f, _: "UNK"),
    "still_going_on": Kind(any_line, lambda _, fields, facts: [NewLine([*fields[:2], "ongoing", *fields[3:]])]),
    "start_unreadable": Kind(any_line, changed("adverse_events.start_date.unreadable", CELL, (1, "week 3"))),
    "end_unreadable": Kind(any_line, changed("adverse_events.end_date.unreadable", CELL, (2, "week 9"))),
    "term_missing": Kind(any_line, changed("adverse_events.term.missing", QUARANTINED, (3, ""))),
    "serious_unreadable": Kind(any_line, changed("adverse_events.serious.unreadable", CELL, (5, "perhaps"))),
    "related_unreadable": Kind(any_line, changed("adverse_events.related.unreadable", CELL, (6, "possibly"))),
    "subject_missing": Kind(any_line, changed("adverse_events.subject_id.missing", QUARANTINED, (0, ""))),
    "line_broken": broken("adverse_events.line.columns"),
}


def _future_injection(kind: str, fields: list[str], facts: Facts) -> list[NewLine]:
    also = "injections.injection_date.after_discontinuation" if facts.has_left else ""
    return added("injections.injection_date.future", QUARANTINED, (1, "2120-01-01"), also=also)(kind, fields, facts)


# Injections: a further line beside a session.
INJECTION_LINES = {
    "date_unreadable": Kind(any_line, added("injections.injection_date.unreadable", QUARANTINED, (1, "31/12/2021"))),
    "date_missing": Kind(any_line, added("injections.injection_date.missing", QUARANTINED, (1, ""))),
    "date_future": Kind(any_line, _future_injection),
    "subject_missing": Kind(any_line, added("injections.subject_id.missing", QUARANTINED, (0, ""))),
    "line_broken": broken("injections.line.columns"),
}
FEWEST_SITES = 31


def session_edit(kind: str, lines: list[list[str]], facts: Facts) -> Edit:
    """A whole session (one line a muscle, the last one's being changed) with one fault in it.

    A fault in the sums shows on every line of the session; a muscle left out on its first line.
    """
    *others, last = lines
    if kind in INJECTION_LINES:
        return Edit(len(lines), [*(NewLine(line) for line in others), *INJECTION_LINES[kind].made(kind, last, facts)])
    subject, day, muscle, units, sites = last
    points = [int(line[4]) for line in lines]
    everywhere, on_first, on_last, added_line = "", "", (), None
    if kind == "dose_off":
        everywhere, last = "units.not_5_per_site", [subject, day, muscle, str(int(units) + 5), sites]
    elif kind == "units_unreadable":
        everywhere, on_last = "units.not_5_per_site", ("units.unreadable",)
        last = [subject, day, muscle, "full dose", sites]
    elif kind == "units_out_of_range":
        everywhere, on_last = "units.not_5_per_site", ("units.out_of_range",)
        last = [subject, day, muscle, "1550", sites]
    elif kind == "sites_off":
        everywhere, on_last = "sites.out_of_paradigm", ("muscle.sites",)
        last = [subject, day, muscle, str(int(units) + 60), str(int(sites) + 12)]
    elif kind == "muscle_unknown":
        on_first, on_last, last = "muscle.left_out", ("muscle.unknown",), [subject, day, "platysma", units, sites]
    elif kind == "muscle_left_out":
        everywhere = "sites.out_of_paradigm" if sum(points[:-1]) < FEWEST_SITES else ""
        on_first, last = "muscle.left_out", None
    elif kind == "subject_unknown":
        on_added = ("subject_id.unknown", "subject_id.no_diary")
        added_line = NewLine([f"Z{subject}C{facts.day + 1}", day, "", "155", "31"], _marks(kind, on_added))
    else:
        raise ValueError(f"there is no kind of dirt '{kind}' for injections")
    kept = [*others, last] if last else others
    made = [
        NewLine(
            line,
            _marks(
                kind,
                (everywhere, on_first if place == 0 else "", *(on_last if line is last else ())),
            ),
        )
        for place, line in enumerate(kept)
    ]
    return Edit(len(lines), [*made, added_line] if added_line else made)


def _marks(kind: str, checks: tuple[str, ...]) -> tuple[Mark, ...]:
    return tuple(
        Mark(kind, f"injections.{check}", CELL if f"injections.{check}".endswith(".unreadable") else FLAGGED)
        for check in checks
        if check
    )

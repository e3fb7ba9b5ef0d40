"""The causes of each changed status, verdict and criterion of eligibility."""

from typing import Any

from flows.base.sql_text import rows_of
from flows.comparing.causes import UNEXPLAINED, Cause, Change, Place, in_order
from flows.comparing.changed_outcomes import load_changed_outcomes
from flows.comparing.changed_settings import ADDED, ChangedSettings, cutoffs
from flows.comparing.sides import Connection

Row = dict[str, Any]
Key = tuple[Any, ...]  # scope, rule_set, subject_id, cycle
LINE_CAUSES = ("new_lines", "correction", "withdrawal", "restored")
# Of these only the lines that count are published, not those that a later line overrules.
WITHOUT_HISTORY = ("attacks", "injections", "subjects")


def find_causes(con: Connection, settings: ChangedSettings) -> list[Change]:
    """Every row of changed_outcomes with all causes that apply; one without any is a defect and has ``unexplained``."""
    lines, passed = _lines_by_outcome(con), _passed_by_cutoff(con)
    consent, unseen = _consent_changes(con), _unseen_files(con)
    newest = _newest_line(con) if settings.cutoff else ()
    medication_rules = {
        row[0]
        for row in con.execute(
            "SELECT rule_set FROM (FROM before.meta.rule_sets UNION ALL BY NAME FROM after.meta.rule_sets)"
            " WHERE headache_day = 'hours_4_or_acute'"
        ).fetchall()
    }
    changes = []
    for outcome in load_changed_outcomes(con):
        key = tuple(outcome[name] for name in ("scope", "rule_set", "subject_id", "cycle"))
        changed_rule = settings.rules.get(outcome["rule_set"], [])
        if changed_rule == [ADDED]:
            causes = [Cause(cause="rule", text=ADDED)]
        else:
            causes = _line_causes(lines.get(key, []), settings, consent.get(outcome["subject_id"], []), unseen)
            if changed_rule:
                causes.append(Cause(cause="rule", text="; ".join(changed_rule)))
            if key in passed:
                causes.append(Cause(cause="cutoff", text=settings.cutoff, places=newest))
            if settings.medication and (outcome["scope"] == "eligibility" or outcome["rule_set"] in medication_rules):
                causes.append(Cause(cause="setting", text="; ".join(settings.medication)))
            causes = _with_software(causes, settings)
        changes.append(
            Change(
                **{name: outcome[name] for name in Change.model_fields if name in outcome},
                row_key=None,
                causes=in_order(causes or [Cause(cause=UNEXPLAINED)]),
            )
        )
    return changes


def _lines_by_outcome(con: Connection) -> dict[Key, list[Row]]:
    rows = rows_of(
        con,
        # Of a study that is blinded now the lines of subjects and injections are not told, whatever was published before.
        """SELECT line.* REPLACE (
                CASE WHEN NOT is_blinded OR line.kind = 'diary' THEN line_before END AS line_before,
                CASE WHEN NOT is_blinded OR line.kind = 'diary' THEN line_after END AS line_after),
            went.path AS path_before, came.path AS path_after, coalesce(came.kind, went.kind) AS kind_of_file
        FROM outcome_lines AS line CROSS JOIN (SELECT is_blinded FROM after.meta.runs)
        LEFT JOIN before_fates AS went ON went.file_id = line.file_before
        LEFT JOIN after_fates AS came ON came.file_id = line.file_after
        ORDER BY ALL""",
    )
    lines: dict[Key, list[Row]] = {}
    for row in rows:
        lines.setdefault((row["scope"], row["rule_set"], row["subject_id"], row["cycle"]), []).append(row)
    return lines


def _passed_by_cutoff(con: Connection) -> set[Key]:
    """The outcomes of which a window, month or injection lies between the two cut-offs."""
    days = [day for day in cutoffs(con) if day is not None]
    if not days:
        return set()
    low = min(days) if len(days) == 2 else None
    rows = con.execute(
        "SELECT DISTINCT scope, rule_set, subject_id, cycle FROM outcome_dates WHERE (day > $1 OR $1 IS NULL) AND day <= $2",
        [low, max(days)],
    ).fetchall()
    return {tuple(row) for row in rows}


def _newest_line(con: Connection) -> tuple[Place, ...]:
    """Where the newest diary day stands, if it decides the later cut-off."""
    rows = rows_of(
        con,
        """SELECT day.file_id, file.path, day.line_number FROM after.tabulation.diary_days AS day
        JOIN after_fates AS file USING (file_id)
        WHERE day.diary_date = (SELECT cutoff_date FROM after.meta.runs) ORDER BY ALL LIMIT 1""",
    )
    return tuple(Place(**row) for row in rows)


def _consent_changes(con: Connection) -> dict[str, list[Row]]:
    """By subject the changed lines of a date of consent: diary lines before it are set aside."""
    rows = rows_of(
        con,
        """SELECT change.* REPLACE (
                CASE WHEN NOT is_blinded THEN line_before END AS line_before,
                CASE WHEN NOT is_blinded THEN line_after END AS line_after), went.path AS path_before, came.path AS path_after, coalesce(came.kind, went.kind) AS kind_of_file
        FROM subject_changes AS change CROSS JOIN (SELECT is_blinded FROM after.meta.runs)
        LEFT JOIN before_fates AS went ON went.file_id = change.file_before
        LEFT JOIN after_fates AS came ON came.file_id = change.file_after
        WHERE consent_differs ORDER BY ALL""",
    )
    by_subject: dict[str, list[Row]] = {}
    for row in rows:
        by_subject.setdefault(row["subject_id"], []).append(row)
    return by_subject


Unseen = dict[tuple[str, str], dict[Place, None]]  # by kind and cause


def _unseen_files(con: Connection) -> Unseen:
    """By kind the files that came or went and had lines that others overrule or repeat: which lines, is not published."""
    kinds = ", ".join(f"'{kind}'" for kind in WITHOUT_HISTORY)
    rows = con.execute(
        f"""SELECT kind, CASE fate WHEN 'new' THEN 'correction' ELSE fate END, file_id, path, NULL, NULL FROM after_fates
        WHERE fate IN ('new', 'restored') AND has_unseen_lines AND kind IN ({kinds})
        UNION ALL
        SELECT kind, fate, NULL, NULL, file_id, path FROM before_fates
        WHERE fate IN ('withdrawal', 'correction') AND has_unseen_lines AND kind IN ({kinds})
        ORDER BY ALL"""
    ).fetchall()
    unseen: Unseen = {}
    for kind, code, *files in rows:
        names = ("file_id", "path", "file_before", "path_before")
        unseen.setdefault((kind, code), {})[Place(**dict(zip(names, files, strict=True)))] = None
    return unseen


def _line_causes(lines: list[Row], settings: ChangedSettings, consent: list[Row], unseen: Unseen) -> list[Cause]:
    """The causes that lines are, and of lines that were read or checked in another way what changed how."""
    if any(line["code"] == "reread" for line in lines):
        lines = [*lines, *consent]
    places: dict[str, dict[Place, None]] = {}
    reread, is_hidden = [], False
    for line in lines:
        came = {"file_id": line["file_after"], "path": line["path_after"], "line_number": line["line_after"]}
        went = {name: line[name] for name in ("file_before", "path_before", "line_before")}
        # One of several lines that say the same counts: the other ones may be what came or went.
        hidden = {code: found for (kind, code), found in unseen.items() if kind == line["kind_of_file"]}
        for code, found in hidden.items():
            places.setdefault(code, {}).update(found)
        if line["code"] == "reread":
            reread.append(Place(**came, **went))
            is_hidden = is_hidden or bool(hidden)
            continue
        code = UNEXPLAINED if line["code"] == "lost" else line["code"]
        only = came if code in ("new_lines", "restored") else went if code == "withdrawal" else came | went
        places.setdefault(code, {})[Place(**only)] = None
    causes = [Cause(cause=code, places=tuple(found)) for code, found in places.items()]
    if reread:
        by_code = {"check": settings.checks, "setting": settings.settings, "calendar": settings.calendar}
        by_code["software"] = settings.software
        found = [
            Cause(cause=code, text="; ".join(texts), places=tuple(reread)) for code, texts in by_code.items() if texts
        ]
        causes += found
        if not found and not consent and not is_hidden:
            causes.append(Cause(cause=UNEXPLAINED, places=tuple(reread)))
    return causes


def _with_software(causes: list[Cause], settings: ChangedSettings) -> list[Cause]:
    """The software that changed is a cause of everything it computes; what else changed, where nothing else is found."""
    named = {cause.cause for cause in causes}
    if settings.software and "software" not in named:
        causes = [*causes, Cause(cause="software", text="; ".join(settings.software))]
    if not causes:
        others = {"check": settings.checks, "setting": settings.settings, "calendar": settings.calendar}
        causes = [Cause(cause=code, text="; ".join(texts)) for code, texts in others.items() if texts]
    return causes

"""Published statuses and rates against a recount in plain Python, of all subjects or of a sample."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb

from flows.base.sql_text import one_value, rows_of
from flows.study.arm_names import WITHHELD_NAME
from flows.verifying.differences import Differences
from flows.verifying.recount import UNKNOWN, recount_rates, recount_subject

Connection = duckdb.DuckDBPyConnection
Row = dict[str, Any]
FETCHED = 50_000  # rows held at once while a table is read through


def verify_statuses(con: Connection, most_diary_rows: int, found: Differences) -> str:
    """analysis.responder against the recount, subject by subject; of a large study, for a sample of subjects."""
    injections: dict[str, set[date]] = {}
    for subject, day in _stream(con, "SELECT subject_id, injection_date FROM tabulation.injections"):
        injections.setdefault(subject, set()).add(day)
    n_days = one_value(con, "SELECT count(*) FROM tabulation.diary_days")
    sample = sorted(injections)
    if n_days > most_diary_rows:
        size = max(1, len(sample) * most_diary_rows // n_days)
        sample = sorted(sample, key=lambda subject: hashlib.sha256(subject.encode()).digest())[:size]
    chosen = {"sample": sample}
    where = "WHERE subject_id IN (SELECT unnest($sample))" if n_days > most_diary_rows else "WHERE $sample IS NOT NULL"
    published = {
        (row["rule_set"], row["subject_id"], row["cycle"]): row
        for row in _stream_rows(con, f"SELECT * FROM analysis.responder {where}", chosen)
    }
    arms = dict(con.execute(f"SELECT subject_id, arm FROM tabulation.subjects {where}", chosen).fetchall())
    judge = _judge_of(con)
    compared, left, withheld = 0, set(sample), 0
    diary = _stream_rows(con, f"SELECT * FROM tabulation.diary_days {where} ORDER BY subject_id", chosen)
    by_subject = ((subject, list(days)) for subject, days in groupby(diary, key=itemgetter("subject_id")))

    def compare(subject: str, days: list[Row]) -> int:
        rows = judge(days, injections[subject])
        for row in rows:
            key = {"rule_set": row["rule_set"], "subject_id": subject, "cycle": row["cycle"]}
            published_row = published.pop(tuple(key.values()), None)
            found.compare("analysis.responder", key, {**row, "arm": arms.get(subject)}, published_row)
        return len(rows)

    for subject, days in by_subject:
        if subject in left:
            left.remove(subject)
            if any(day["acute_medication"] == WITHHELD_NAME for day in days):
                withheld += 1
                published = {key: row for key, row in published.items() if key[1] != subject}
            else:
                compared += compare(subject, days)
    for subject in sorted(left):
        compared += compare(subject, [])
    for rule_set, subject, cycle in sorted(published):
        found.add(
            "analysis.responder",
            f"rule_set {rule_set}, subject_id {subject}, cycle {cycle}: nobody was given this cycle by the cut-off.",
        )
    line = f"statuses: {compared:,} recomputed from the diaries of {len(sample) - withheld:,} subjects"
    if withheld:
        line += f" ({withheld:,} NOT recomputed: what they took names an arm of a blinded study and is withheld)"
    if n_days > most_diary_rows:
        line += f", a sample of {len(injections):,} (more than {most_diary_rows:,} diary days; chosen by the SHA-256 of"
        line += " subject_id)"
    return line


def _judge_of(con: Connection) -> Callable[[list[Row], Iterable[date]], list[Row]]:
    """The recount of one subject under the snapshot's own rule sets and cut-off."""
    rules = rows_of(con, "SELECT * FROM meta.rule_sets ORDER BY position")
    (protocol,) = rows_of(con, "SELECT * FROM meta.protocol")
    cutoff = one_value(con, "SELECT cutoff_date FROM analysis.cutoff")
    read = con.execute("SELECT text, coalesce(overuse_classes, ''), is_known FROM meta.medication").fetchall()
    classes = {text: {*names.split(";"), *(() if is_known else (UNKNOWN,))} for text, names, is_known in read}
    return lambda days, dates: recount_subject(days, dates, cutoff, rules, protocol, classes)


def verify_rates(con: Connection, found: Differences) -> str:
    """summary.responder_rates and summary.first_response against a count of all published statuses."""
    cutoff = one_value(con, "SELECT cutoff_date FROM analysis.cutoff")
    cycle_days = one_value(con, "SELECT cycle_days FROM meta.protocol")
    first: dict[str, date] = {}
    for subject, day in _stream(con, "SELECT subject_id, injection_date FROM tabulation.injections"):
        first[subject] = min(day, first.get(subject, day))
    declared = [arm for (arm,) in con.execute("SELECT arm FROM meta.arms").fetchall()]
    statuses = _stream_rows(con, "SELECT rule_set, subject_id, arm, cycle, status FROM analysis.responder")
    wanted = dict(
        zip(
            ("summary.responder_rates", "summary.first_response"),
            recount_rates(statuses, declared, first, cutoff, cycle_days),
            strict=True,
        )
    )
    compared = 0
    for table, groups in wanted.items():
        for row in rows_of(con, f"SELECT * FROM {table} ORDER BY rule_set, arm, cycle"):
            key = {name: row[name] for name in ("rule_set", "arm", "cycle")}
            found.compare(table, key, groups.pop(tuple(key.values()), None), row)
            compared += 1
        for rule_set, arm, cycle in sorted(groups):
            found.add(table, f"rule_set {rule_set}, arm {arm}, cycle {cycle}: the row is missing.")
    return f"rates: {compared:,} rows of responder rates and first responses recomputed from the statuses"


def _stream(con: Connection, query: str, parameters: Row | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, some at a time, over a cursor of their own."""
    with con.cursor() as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(FETCHED):
            yield from rows


def _stream_rows(con: Connection, query: str, parameters: Row | None = None) -> Iterator[Row]:
    with con.cursor() as cursor:
        cursor.execute(query, parameters)
        names = [column[0] for column in cursor.description or []]
        while rows := cursor.fetchmany(FETCHED):
            for row in rows:
                yield dict(zip(names, row, strict=True))

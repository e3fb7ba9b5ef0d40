"""The cells of summary.* that differ, each with the subjects whose changed outcomes or data are behind it."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from flows.comparing.causes import UNEXPLAINED, Cause, Change, in_order
from flows.comparing.changed_settings import ChangedSettings
from flows.comparing.sides import Connection, columns_of
from flows.study.dictionary import FILE_KINDS, Table, input_tables, load_dictionary
from flows.warehouse.sql_models import load_models, tables_read

ALL = "all"
LISTED = 10  # subjects behind a cell that are named; all are counted


class Found(NamedTuple):
    """Whom a code was found of: one changed line or outcome of a subject."""

    subject_id: str
    code: str


def find_changed_cells(con: Connection, outcomes: list[Change], settings: ChangedSettings) -> list[Change]:
    """A change per cell of a summary table that both sides have, in the order of the dictionary and of the keys."""
    found = _Behind(outcomes, _changed_data(con, _codes_of_rereading(settings)), _arms(con))
    changes = []
    for table in load_dictionary().values():
        if table.schema_name != "summary":
            continue
        for keys, column, earlier, later in _changed_cells(con, table):
            codes, subjects = found.of_row(table.full_name, keys)
            changes.append(
                Change(
                    scope="summary",
                    rule_set=keys.get("rule_set"),
                    subject_id=None,
                    cycle=keys.get("cycle"),
                    table_name=table.full_name,
                    column_name=column,
                    row_key=", ".join(f"{name}={_text(value)}" for name, value in keys.items()),
                    value_before=_text(earlier),
                    value_after=_text(later),
                    causes=_causes(table.full_name, keys, codes, settings),
                    behind=subjects[:LISTED],
                    n_behind=len(subjects),
                )
            )
    return changes


class _Behind:
    """The codes and the subjects behind a row of a summary table; asked once for all rows that hang on the same."""

    def __init__(self, outcomes: list[Change], data: dict[str, list[Found]], arms: dict[str, set[str]]) -> None:
        self._by_cycle: dict[tuple[str, int], list[Found]] = defaultdict(list)
        for change in outcomes:
            if change.rule_set is not None and change.cycle is not None:
                found = [Found(change.subject_id or "", code) for code in change.codes]
                self._by_cycle[change.rule_set, change.cycle] += found
        self._data, self._arms = data, arms
        self._known: dict[tuple[Any, ...], tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def of_row(self, table: str, keys: dict[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Of the changed statuses and verdicts of its rule set and cycle, else of earlier cycles, else of the data.

        A model of all arms and cycles moves with each of them: a row of a fitted table may hang on any changed data.
        """
        names = ("rule_set", "other_rule_set", "cycle", "arm")
        is_fitted = table not in load_models()
        place = tuple(keys.get(name) for name in names)
        asked = (_inputs_of(table), place, is_fitted)
        if asked not in self._known:
            data = [found for kind in _inputs_of(table) for found in self._data.get(kind, ())]
            found = self._of_outcomes(*place) or self._in_arm(data, keys.get("arm"))
            if is_fitted:
                found = found or data
            subjects = tuple(sorted({one.subject_id for one in found}))
            self._known[asked] = subjects, tuple(sorted({one.code for one in found}))
        subjects, codes = self._known[asked]
        return codes, subjects

    def _of_outcomes(self, rule_set: str | None, other: str | None, cycle: int | None, arm: str | None) -> list[Found]:
        of_rule = {at: found for at, found in self._by_cycle.items() if at[0] in (rule_set, other)}
        exact = [one for at, found in of_rule.items() if cycle in (None, at[1]) for one in found]
        earlier = [one for at, found in of_rule.items() if cycle is not None and at[1] < cycle for one in found]
        return self._in_arm(exact, arm) or self._in_arm(earlier, arm)

    def _in_arm(self, found: Iterable[Found], arm: str | None) -> list[Found]:
        return [one for one in found if arm in (None, ALL) or arm in self._arms.get(one.subject_id, ())]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _changed_cells(con: Connection, table: Table) -> Iterable[tuple[dict[str, Any], str, Any, Any]]:
    """Key, column and both values; a row that only one side has gives its cells that hold anything."""
    columns = columns_of(con, table.full_name)
    values = [column for column in columns if column not in table.key]
    if not set(table.key) <= set(columns) or not values:
        return
    keys = ", ".join(f"coalesce(earlier.{name}, later.{name})" for name in table.key)
    pairs = ", ".join(f"earlier.{name}, later.{name}" for name in values)
    same_key = " AND ".join(f"earlier.{name} IS NOT DISTINCT FROM later.{name}" for name in table.key)
    differs = " OR ".join(f"earlier.{name} IS DISTINCT FROM later.{name}" for name in values)
    order = ", ".join(str(place) for place in range(1, len(table.key) + 1))
    rows = con.execute(
        f"SELECT {keys}, {pairs} FROM before.{table.full_name} AS earlier FULL JOIN after.{table.full_name} AS later"
        f" ON {same_key} WHERE {differs} ORDER BY {order}"
    ).fetchall()
    for row in rows:
        key = dict(zip(table.key, row, strict=False))
        for place, column in enumerate(values):
            earlier, later = row[len(table.key) + 2 * place], row[len(table.key) + 2 * place + 1]
            if earlier != later:
                yield key, column, earlier, later


@cache
def _inputs_of(table: str) -> tuple[str, ...]:
    """The kinds of file that a summary table is made from; a fitted table may be made from any."""
    models = load_models()
    if table not in models:
        return FILE_KINDS
    seen, waiting = set(), [table]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += tables_read(models[name]) if name in models else ()
    read = {name.partition(".")[2] for name in seen if name.startswith("tabulation.")}
    return tuple(kind for kind, read_table in input_tables().items() if read_table.name in read)


def _causes(table: str, keys: dict[str, Any], codes: tuple[str, ...], settings: ChangedSettings) -> tuple[Cause, ...]:
    texts: dict[str, str | None] = dict.fromkeys(codes)
    rules = settings.rules if table not in load_models() or "rule_set" in keys else {}
    rule = [text for name, found in rules.items() if keys.get("rule_set", name) == name for text in found]
    for code, found in (
        ("cutoff", [settings.cutoff] if settings.cutoff else []),
        ("rule", rule),
        ("setting", settings.settings),
        ("software", settings.summary_software),
    ):
        if found:
            texts[code] = "; ".join(found)
    if not texts:  # checks are about lines, which are behind the cell then
        texts = {"check": "; ".join(settings.checks)} if settings.checks else {UNEXPLAINED: None}
    return in_order(Cause(cause=code, text=text) for code, text in texts.items())


def _arms(con: Connection) -> dict[str, set[str]]:
    """The arms of each subject, then and now."""
    arms: dict[str, set[str]] = defaultdict(set)
    for side in ("before", "after"):
        for subject_id, arm in con.execute(f"SELECT subject_id, arm FROM {side}.analysis.subjects").fetchall():
            arms[subject_id].add(arm)
    return arms


def _codes_of_rereading(settings: ChangedSettings) -> list[str]:
    """What a line can be read or checked in another way by; where none of it changed, by a corrected date of consent."""
    by_code = {"check": settings.checks, "setting": settings.settings, "calendar": settings.calendar}
    by_code["software"] = settings.summary_software
    return [code for code, texts in by_code.items() if texts] or ["correction"]


def _changed_data(con: Connection, reread_by: list[str]) -> dict[str, list[Found]]:
    """By kind of file the subjects with other rows than before, with a code for each sort of change."""
    found: dict[str, list[Found]] = {}
    for kind, table in input_tables().items():
        values = [name for name in columns_of(con, table.full_name) if name not in ("file_id", "line_number")]
        shown = ", ".join(values)
        day = next((c.name for c in table.columns if c.name in table.key and c.type == "date" and c.required), None)
        for side in ("before", "after"):
            con.execute(_changed_months(side, table.full_name, day, shown))
        rows = con.execute(
            f"""WITH earlier AS ({_lines_of_changed_months("before", table.full_name, day)}),
            later AS ({_lines_of_changed_months("after", table.full_name, day)}),
            came AS (SELECT {shown} FROM later EXCEPT ALL SELECT {shown} FROM earlier),
            went AS (SELECT {shown} FROM earlier EXCEPT ALL SELECT {shown} FROM later),
            new_files AS (SELECT file_id FROM after_fates WHERE fate = 'new'),
            back_files AS (SELECT file_id FROM after_fates WHERE fate = 'restored'),
            gone_files AS (SELECT file_id FROM before_fates WHERE fate = 'withdrawal'),
            judged AS (
                SELECT came.subject_id, CASE
                    WHEN line.file_id IN (FROM back_files) THEN 'restored'
                    WHEN line.file_id NOT IN (FROM new_files) THEN 'reread'
                    WHEN came.subject_id IN (SELECT subject_id FROM went) THEN 'correction' ELSE 'new_lines'
                END AS code
                FROM came JOIN later AS line ON {_same("came", "line", values)}
                UNION
                SELECT went.subject_id, CASE WHEN line.file_id IN (FROM gone_files) THEN 'withdrawal' ELSE 'reread' END
                FROM went JOIN earlier AS line ON {_same("went", "line", values)}
            )
            SELECT DISTINCT subject_id, code FROM judged ORDER BY ALL"""
        ).fetchall()
        explained = {subject_id for subject_id, code in rows if code != "reread"}
        # An earlier row that gave way to a new line is that line's correction.
        found[kind] = [Found(s, code) for s, code in rows if code != "reread"]
        found[kind] += [Found(s, by) for s, code in rows if code == "reread" and s not in explained for by in reread_by]
    return found


def _changed_months(side: str, table: str, day: str | None, shown: str) -> str:
    """<side>_months: what tells the lines of a subject's month from others; without a day, those of a subject. To compare ten
    million lines one by one takes ten times as long as to compare their months first."""
    return f"""CREATE OR REPLACE TEMP TABLE {side}_months AS
        SELECT subject_id, {_month(day)} AS month, count(*) AS n_lines, sum(hash({shown})) AS content
        FROM {side}.{table} GROUP BY ALL"""


def _lines_of_changed_months(side: str, table: str, day: str | None) -> str:
    return f"""FROM {side}.{table} SEMI JOIN (
            SELECT subject_id, month FROM before_months FULL JOIN after_months USING (subject_id, month)
            WHERE before_months.n_lines IS DISTINCT FROM after_months.n_lines
                OR before_months.content IS DISTINCT FROM after_months.content
        ) AS changed ON changed.subject_id = {table.partition(".")[2]}.subject_id AND changed.month = {_month(day)}"""


def _month(day: str | None) -> str:
    return f"year({day}) * 12 + month({day})" if day else "0"


def _same(left: str, right: str, names: list[str]) -> str:
    return " AND ".join(f"{left}.{name} IS NOT DISTINCT FROM {right}.{name}" for name in names)

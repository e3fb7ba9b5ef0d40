"""The lines behind a changed outcome: which came, which went, which were corrected, set aside or read in another way.

Each line change has a code. ``new_lines``, ``correction``, ``withdrawal`` and ``restored`` are causes as they stand.
``reread`` is a line whose file stood in both snapshots, and which counts in one of them only, or with another value:
what else changed between the two has to explain it (flows/comparing/causes.py). ``lost`` is a line whose file is in
neither list of the later snapshot, which nothing explains.
"""

from flows.comparing.sides import Connection

# How the later snapshot's file stood in the earlier one, and how the earlier one's ended. A file is known by its content;
# where a study was blinded or opened in between, its hash is another one: then by its path and time of landing.
FATES = """CREATE OR REPLACE TEMP TABLE {side}_fates AS
WITH is_other_key AS (
    SELECT (SELECT is_blinded FROM before.meta.runs) <> (SELECT is_blinded FROM after.meta.runs) AS is_other
),
others AS (
    SELECT CASE WHEN is_other THEN path || landed_at ELSE sha256 END AS content, path, sha256, status, refused_reason
    FROM {other}.landing.files CROSS JOIN is_other_key
)
SELECT file.file_id, file.path, file.kind, file.lines_superseded + file.lines_duplicate > 0 AS has_unseen_lines,
    CASE
        WHEN CASE WHEN is_other THEN file.path || file.landed_at ELSE file.sha256 END
            IN (SELECT content FROM others WHERE status = 'landed') THEN 'same'
        ELSE coalesce((
            SELECT min(CASE
                WHEN others.status <> 'withdrawn' THEN 'reread'
                WHEN others.refused_reason LIKE 'is replaced by the later file%' THEN '{replaced}'
                ELSE '{withdrawn}'
            END)
            FROM others
            WHERE others.sha256 = file.sha256 AND others.path = file.path AND others.status <> 'landed'
        ), '{absent}')
    END AS fate
FROM {side}.landing.files AS file CROSS JOIN is_other_key WHERE file.status = 'landed'"""

# A day of which another answer counts. Without an answer nothing is known: a day that is not there and one without an
# answer are the same, hours and medication only matter beside one.
DAYS = """
CREATE OR REPLACE TEMP TABLE day_differences AS
WITH earlier AS (FROM before.tabulation.diary_days SEMI JOIN changed_subjects USING (subject_id)),
later AS (FROM after.tabulation.diary_days SEMI JOIN changed_subjects USING (subject_id))
SELECT subject_id, diary_date,
    earlier.headache IS DISTINCT FROM later.headache AS headache_differs,
    earlier.hours IS DISTINCT FROM later.hours AS hours_differ,
    earlier.acute_medication IS DISTINCT FROM later.acute_medication AS medication_differs,
    earlier.file_id AS file_before, earlier.line_number AS line_before,
    later.file_id AS file_after, later.line_number AS line_after
FROM earlier FULL JOIN later USING (subject_id, diary_date)
WHERE headache_differs OR hours_differ OR medication_differs;

CREATE OR REPLACE TEMP TABLE outcome_days AS
WITH last_cutoff AS (
    SELECT max(cutoff_date) AS day FROM (FROM before.meta.runs UNION ALL BY NAME FROM after.meta.runs)
)
SELECT DISTINCT scope, rule_set, subject_id, cycle, diary_date
FROM outcome_periods AS period
JOIN day_differences AS day USING (subject_id)
CROSS JOIN last_cutoff
WHERE diary_date BETWEEN start_date AND end_date AND diary_date <= last_cutoff.day
    AND (headache_differs OR (hours_differ AND uses_hours)
        OR (medication_differs AND (uses_medication OR scope = 'eligibility')))
UNION
SELECT scope, NULL, subject_id, NULL, day.diary_date
FROM outcome_dates JOIN day_differences AS day USING (subject_id)
WHERE what = 'medication' AND medication_differs;

CREATE OR REPLACE TEMP TABLE wanted_days AS
SELECT * FROM day_differences SEMI JOIN outcome_days USING (subject_id, diary_date);
"""

# Every line about such a day that is not in quarantine, whether it counts or is overruled by another one: where two new
# files speak of one day, both have to go for it to be as before.
LINES_OF_DAYS = """CREATE OR REPLACE TEMP TABLE {side}_lines AS
SELECT DISTINCT subject_id, diary_date, file_id, line_number FROM (
    SELECT subject_id, diary_date, file_id, line_number FROM {side}.tabulation.diary_history WHERE outcome <> 'quarantined'
    UNION ALL
    SELECT subject_id, diary_date, file_id, line_number FROM {side}.tabulation.diary_entries
    UNION ALL
    SELECT subject_id, diary_date, file_id, line_number FROM {side}.tabulation.diary_days
) AS line
SEMI JOIN wanted_days USING (subject_id, diary_date)
SEMI JOIN (FROM {side}_fates WHERE kind <> 'attacks') USING (file_id)"""

ATTACKS = """CREATE OR REPLACE TEMP TABLE attack_changes AS
WITH earlier AS (FROM before.tabulation.attacks SEMI JOIN changed_subjects USING (subject_id)),
later AS (FROM after.tabulation.attacks SEMI JOIN changed_subjects USING (subject_id)),
changed AS (
    SELECT subject_id, attack_start, CAST(attack_start AS DATE) AS first_day,
        CAST(greatest(earlier.attack_end, later.attack_end, attack_start) AS DATE) AS last_day,
        earlier.file_id AS file_before, earlier.line_number AS line_before,
        later.file_id AS file_after, later.line_number AS line_after
    FROM earlier FULL JOIN later USING (subject_id, attack_start)
    WHERE earlier.attack_end IS DISTINCT FROM later.attack_end
        OR earlier.acute_medication IS DISTINCT FROM later.acute_medication
        OR (earlier.file_id IS NULL) <> (later.file_id IS NULL)
)
SELECT subject_id, first_day, last_day, code, file_before, line_before, file_after, line_after
FROM ({classified})"""

# Of rows with a place before and a place after: what became of them, by the fates of their files.
CLASSIFIED = """
SELECT changed.*, CASE
    WHEN came.fate IN ('restored', 'reread') THEN came.fate
    WHEN came.fate = 'new' AND changed.file_before IS NULL THEN 'new_lines'
    ELSE 'correction'
END AS code FROM changed JOIN after_fates AS came ON came.file_id = file_after WHERE came.fate <> 'same'
UNION ALL
SELECT changed.*, went.fate FROM changed JOIN before_fates AS went ON went.file_id = file_before WHERE went.fate <> 'same'
UNION ALL
SELECT changed.*, 'reread' FROM changed
LEFT JOIN after_fates AS came ON came.file_id = file_after
LEFT JOIN before_fates AS went ON went.file_id = file_before
WHERE coalesce(came.fate, 'same') = 'same' AND coalesce(went.fate, 'same') = 'same'
"""

DAY_CHANGES = """CREATE OR REPLACE TEMP TABLE day_changes AS
SELECT day.subject_id, day.diary_date, CASE
        WHEN came.fate IN ('restored', 'reread') THEN came.fate
        WHEN day.file_before IS NULL THEN 'new_lines' ELSE 'correction'
    END AS code, day.file_before, day.line_before, line.file_id AS file_after, line.line_number AS line_after
FROM wanted_days AS day JOIN after_lines AS line USING (subject_id, diary_date)
JOIN after_fates AS came ON came.file_id = line.file_id WHERE came.fate <> 'same'
UNION ALL
SELECT day.subject_id, day.diary_date, went.fate, line.file_id, line.line_number, day.file_after, day.line_after
FROM wanted_days AS day JOIN before_lines AS line USING (subject_id, diary_date)
JOIN before_fates AS went ON went.file_id = line.file_id WHERE went.fate <> 'same'
UNION ALL
-- Set aside now and not then, or read as another subject's or another day's.
SELECT subject_id, diary_date, 'reread', line.file_id, line.line_number, NULL, NULL
FROM before_lines AS line SEMI JOIN (FROM before_fates WHERE fate = 'same') USING (file_id)
ANTI JOIN after_lines AS kept USING (subject_id, diary_date, file_id, line_number)
UNION ALL
SELECT subject_id, diary_date, 'reread', NULL, NULL, line.file_id, line.line_number
FROM after_lines AS line SEMI JOIN (FROM after_fates WHERE fate = 'same') USING (file_id)
ANTI JOIN before_lines AS kept USING (subject_id, diary_date, file_id, line_number)
UNION ALL
SELECT subject_id, diary_date, 'reread', file_before, line_before, file_after, line_after
FROM wanted_days WHERE file_before = file_after AND line_before = line_after
    AND file_after NOT IN (SELECT file_id FROM after_fates WHERE kind = 'attacks')
UNION ALL
-- Days of which an attack, or nothing, is known on one side: where a diary line goes, the attack counts.
SELECT day.subject_id, day.diary_date, attack.code, attack.file_before, attack.line_before, attack.file_after,
    attack.line_after
FROM wanted_days AS day JOIN attack_changes AS attack
    ON attack.subject_id = day.subject_id AND day.diary_date BETWEEN attack.first_day AND attack.last_day
WHERE day.file_before IS NULL OR file_id_is_attacks(day.file_before)
    OR day.file_after IS NULL OR file_id_is_attacks(day.file_after)
"""

SESSIONS = """CREATE OR REPLACE TEMP TABLE session_changes AS
WITH earlier AS (
    SELECT DISTINCT subject_id, injection_date, file_id, line_number FROM before.tabulation.injections
    SEMI JOIN changed_subjects USING (subject_id)
),
later AS (
    SELECT DISTINCT subject_id, injection_date, file_id, line_number FROM after.tabulation.injections
    SEMI JOIN changed_subjects USING (subject_id)
),
changed AS (
    SELECT subject_id, injection_date, file_id AS file_before, line_number AS line_before,
        CAST(NULL AS VARCHAR) AS file_after, CAST(NULL AS INTEGER) AS line_after
    FROM earlier ANTI JOIN later USING (subject_id, injection_date)
    UNION ALL
    SELECT subject_id, injection_date, NULL, NULL, file_id, line_number
    FROM later ANTI JOIN earlier USING (subject_id, injection_date)
)
SELECT subject_id, injection_date, code, file_before, line_before, file_after, line_after FROM ({classified})"""

SUBJECTS = """CREATE OR REPLACE TEMP TABLE subject_changes AS
WITH earlier AS (FROM before.tabulation.subjects SEMI JOIN changed_subjects USING (subject_id)),
later AS (FROM after.tabulation.subjects SEMI JOIN changed_subjects USING (subject_id)),
changed AS (
    SELECT subject_id, earlier.consent_date IS DISTINCT FROM later.consent_date AS consent_differs,
        earlier.prior_preventives_failed IS DISTINCT FROM later.prior_preventives_failed
        OR earlier.overuse_excluded IS DISTINCT FROM later.overuse_excluded AS history_differs,
        earlier.file_id AS file_before, earlier.line_number AS line_before,
        later.file_id AS file_after, later.line_number AS line_after
    FROM earlier FULL JOIN later USING (subject_id)
    WHERE consent_differs OR history_differs
)
SELECT subject_id, consent_differs, history_differs, code, file_before, line_before, file_after, line_after
FROM ({classified})"""

# By outcome: the changed lines of its days, of injections up to its cycle, and of the subject for eligibility.
OUTCOME_LINES = """CREATE OR REPLACE TEMP TABLE outcome_lines AS
SELECT scope, rule_set, subject_id, cycle, 'diary' AS kind, code, file_before, line_before, file_after, line_after
FROM outcome_days JOIN day_changes USING (subject_id, diary_date)
UNION
SELECT scope, rule_set, subject_id, cycle, 'injections', code, file_before, line_before, file_after, line_after
FROM outcome_dates AS date JOIN session_changes AS session USING (subject_id)
WHERE date.what = 'injection' AND date.day = session.injection_date
    AND date.day <= (SELECT max(cutoff_date) FROM (FROM before.meta.runs UNION ALL BY NAME FROM after.meta.runs))
UNION
SELECT scope, NULL, subject_id, NULL, 'subjects', code, file_before, line_before, file_after, line_after
FROM changed_outcomes JOIN subject_changes USING (subject_id) WHERE scope = 'eligibility' AND history_differs
"""


def find_changed_lines(con: Connection) -> None:
    """Make outcome_lines: the changed lines behind each changed outcome, and what these are made from."""
    for side, other, words in (
        ("before", "after", {"replaced": "correction", "withdrawn": "withdrawal", "absent": "lost"}),
        ("after", "before", {"replaced": "restored", "withdrawn": "restored", "absent": "new"}),
    ):
        con.execute(FATES.format(side=side, other=other, **words))
    con.execute(
        "CREATE OR REPLACE TEMP MACRO file_id_is_attacks(file) AS"
        " file IN (SELECT file_id FROM before_fates WHERE kind = 'attacks'"
        " UNION ALL SELECT file_id FROM after_fates WHERE kind = 'attacks')"
    )
    con.execute(DAYS)
    for side in ("before", "after"):
        con.execute(LINES_OF_DAYS.format(side=side))
    for query in (ATTACKS, SESSIONS, SUBJECTS):
        con.execute(query.format(classified=CLASSIFIED))
    con.execute(DAY_CHANGES)
    con.execute(OUTCOME_LINES)

"""explain on the demo: counts, comparison, status and the lines themselves, held against the files."""

import csv
import json

import duckdb
import pytest

from flows.base.errors import ConfigurationError
from flows.explaining.explain import Explanation, explain
from flows.explaining.terminal import print_explanation
from tests.conftest import Published
from tests.warm import run


@pytest.fixture(scope="module")
def every_explanation(demo: Published) -> dict[str, list[Explanation]]:
    """By rule set the explanation of each cycle of each subject."""
    with (demo.study / "truth/statuses.csv").open() as file:
        subjects = sorted({row["subject_id"] for row in csv.DictReader(file)})
    return {
        rule_set: [told for subject in subjects for told in explain(demo.study, subject, None, rule_set)]
        for rule_set in ("article", "nice_ta260")
    }


@pytest.mark.parametrize("rule_set", ["article", "nice_ta260"])
def test_strips_and_comparisons_lead_to_every_status(
    every_explanation: dict[str, list[Explanation]], rule_set: str
) -> None:
    """Counting the strip by hand gives the counts; the inequality gives the status."""
    explanations = every_explanation[rule_set]
    assert len(explanations) == 180
    assert {told.status for told in explanations} == {"responder", "non_responder", "not_evaluable", "not_due"}
    for told in explanations:
        for period in (told.baseline, told.window):
            assert period.strip.count("H") == period.headache_days
            assert period.strip.count("H") + period.strip.count("·") == period.recorded_days
            assert len(period.strip) == len(period.days)
        if told.status in ("responder", "non_responder"):
            assert told.comparisons[0].endswith(" does not hold") == (told.status == "non_responder")
        else:
            assert told.comparisons == ()


def test_every_counted_day_leads_to_its_line(demo: Published, every_explanation: dict[str, list[Explanation]]) -> None:
    lines = {}
    for site in ("site-01", "site-05"):
        for path in (demo.study / "inbox" / site).glob("*.csv"):
            with path.open(newline="") as file:
                lines[f"{site}/{path.name}"] = list(csv.reader(file))
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        quarantined = set(con.execute("SELECT path, line_number FROM landing.quarantine").fetchall())
    checked = 0
    for told in every_explanation["article"]:
        for day in (*told.baseline.days, *told.window.days):
            if day.path in lines:
                subject_id, diary_date, headache = lines[day.path][(day.line_number or 0) - 1][:3]
                assert (subject_id, diary_date) == (told.subject_id, day.date.isoformat())
                if day.state == "set_aside":
                    assert (day.path, day.line_number) in quarantined
                    continue
                assert headache == {"headache": "1", "free": "0", "unknown": ""}[day.state]
                checked += 1
    assert checked > 3000


def test_a_stopped_subject_is_told_why(demo: Published) -> None:
    """0110 has as many headache-free days as asked for, but 13 and 14 headache days after 13: no relief twice."""
    (told,) = explain(demo.out, "0110", 2, "article")
    assert (told.status, told.verdict) == ("responder", "stop_no_response")
    assert (told.baseline.headache_days, told.window.headache_days) == (13, 14)
    assert told.comparisons == (
        "headache-free days >= 15 of 30: 14 x 30 = 420 >= 420 = 15 x 28 holds",
        "relief, any fall below baseline: 14 x 28 = 392 < 364 = 13 x 28 does not hold",
    )
    assert told.reason == (
        "14 headache days in 28 days judged; 14 of 28 days headache-free = 15.00 of 30, needed >= 15"
    )
    assert told.verdict_reason == "2 evaluable cycles in a row without relief"


@pytest.mark.parametrize(
    ("subject", "cycle", "rule_set", "said"),
    [
        ("nobody", None, None, "Subject 'nobody' is not in this snapshot."),
        ("0110", 7, None, "was given cycles 1 to 3, not 7"),
        ("0110", None, "rubbish", "no rule set 'rubbish'"),
    ],
)
def test_what_does_not_exist_is_said(
    demo: Published, subject: str, cycle: int | None, rule_set: str | None, said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        explain(demo.study, subject, cycle, rule_set)


def test_command_line_prints_text_and_json(demo: Published) -> None:
    command = ["flows.cli", "explain", str(demo.study), "0110", "--cycle", "2"]
    text = run(command).out
    assert "Verdict  stop_no_response: 2 evaluable cycles in a row without relief" in text
    assert "site-01/diary.csv:" in text
    (told,) = json.loads(run([*command, "--json"]).out)
    assert told["window"]["headache_days"] == 14
    missing = run([*command[:3], "nobody"])
    assert (missing.code, missing.err) == (2, "Subject 'nobody' is not in this snapshot.\n")


def test_nothing_of_a_file_acts_on_the_terminal(demo: Published, capsys: pytest.CaptureFixture[str]) -> None:
    """An escape sequence, a C1 control character and a mark that turns the direction of writing are spelled out."""
    acting = "A\x1b[2J\x9b2J\u202e[red]"
    (told,) = explain(demo.out, "0110", 2, "article")
    days = tuple(day.model_copy(update={"path": acting}) for day in told.window.days)
    texts = dict.fromkeys(("subject_id", "arm", "citation", "reason", "verdict_reason"), acting)
    window = told.window.model_copy(update={"days": days})
    print_explanation(told.model_copy(update={**texts, "comparisons": (acting,), "window": window}))
    shown = capsys.readouterr().out
    assert {c for c in shown if not c.isprintable()} == {"\n"}
    assert shown.count(r"A\x1b[2J\x9b2J\u202e[red]") == 6 + len(days)

"""What somebody else derives from the exported files is what the snapshot publishes (tests/standards/rederive.py)."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from tests.standards import rederive, rederive_rules
from tests.standards.conftest import Exported

MEASURES = {
    "HDAY28": "headache_days",
    "MSHD28": "moderate_severe_days",
    "HHRS28": "headache_hours",
    "MIGD28": "migraine_days",
    "AMED28": "acute_medication_days",
}
INSTRUMENTS = {"HIT6": "HIT6", "MSQRR": "MSQ_RR", "MSQRP": "MSQ_RP", "MSQEF": "MSQ_EF", "MIDAS": "MIDAS"}


def published(exported: Exported, table: str) -> pd.DataFrame:
    with duckdb.connect(exported.database, read_only=True) as con:
        return con.execute(f"FROM {table}").df()


def compare(derived: pd.DataFrame, there: pd.DataFrame, keys: list[str]) -> None:
    """All rows of both, and every number that was derived."""
    numbers = [name for name in derived if name not in keys]
    both = [frame.set_index(keys).sort_index()[numbers].astype(float) for frame in (derived, there)]
    assert len(derived) > 0
    pd.testing.assert_frame_equal(*both, rtol=1e-9, atol=1e-7, check_index_type=False)


def test_the_script_knows_nothing_of_this_package() -> None:
    text = Path(rederive.__file__).read_text(encoding="utf-8")
    assert "import pandas" in text
    assert "flows" not in text
    assert "duckdb" not in text


def test_responder_rates(exported: Exported) -> None:
    derived = rederive.responder_rates(exported.folder)
    assert len(derived) == 18
    compare(derived, published(exported, "summary.responder_rates"), ["rule_set", "cycle", "arm"])


def test_first_response(exported: Exported) -> None:
    derived = rederive.first_response(exported.folder)
    compare(derived, published(exported, "summary.first_response"), ["rule_set", "arm", "cycle"])
    diagnosed = rederive.read(exported.folder, "ADTTE")
    events = diagnosed[diagnosed["CNSR"] == 0].groupby("RULESET").size().to_dict()
    assert events == derived[derived["arm"] == "all"].groupby("rule_set")["n_first"].sum().to_dict()


def test_changes_from_baseline(exported: Exported) -> None:
    derived = rederive.changes(exported.folder, "ADDIARY", list(MEASURES))
    derived["measure"] = derived.pop("paramcd").map(MEASURES)
    there = published(exported, "summary.change_from_baseline")
    # The baseline is month 1 of cycle 0 there, and AVISITN 0 here.
    there["visit"] = (100 * there["cycle"] + there["month"]).where(there["cycle"] > 0, 0)
    assert {"ls_mean", "difference", "p_value", "change_ci_low"} <= set(derived)
    compare(derived, there, ["measure", "visit", "arm"])


def test_quality_of_life(exported: Exported) -> None:
    derived = rederive.changes(exported.folder, "ADQS", list(INSTRUMENTS))
    derived["instrument"] = derived.pop("paramcd").map(INSTRUMENTS)
    there = published(exported, "summary.quality_of_life")
    there["visit"] = 100 * there["cycle"]
    compare(derived, there, ["instrument", "visit", "arm"])


def test_adverse_events(exported: Exported) -> None:
    derived = rederive.adverse_events(exported.folder)
    compare(derived, published(exported, "summary.adverse_events"), ["arm", "level", "soc", "term"])


@pytest.mark.parametrize(("code", "derive"), [("ART", rederive.article_responses), ("NICE", rederive.nice_responses)])
def test_responses_follow_from_the_windows(exported: Exported, code: str, derive: object) -> None:
    """Both rule sets once more, from the days of ADDIARY: each judged cycle."""
    responses = rederive.read(exported.folder, "ADRESP")
    wanted = responses[(responses["PARAMCD"] == f"RESP{code}") & responses["AVAL"].notna()]
    derived = derive(exported.folder)  # ty: ignore[call-non-callable]
    assert len(wanted) > 150
    pairs = wanted.set_index(["USUBJID", "ACYCLE"])["AVAL"].eq(1).sort_index()
    pd.testing.assert_series_equal(derived.sort_index(), pairs, check_names=False)


@pytest.mark.parametrize("code", ["ART", "NICE"])
def test_status_and_verdict_follow_from_the_text_and_the_files(exported: Exported, code: str) -> None:
    """Every record of RESP and VERD, also of cycles that cannot be judged: all that define.xml leaves to be read."""
    responses = rederive.read(exported.folder, "ADRESP")
    for word, derived in (
        ("RESP", rederive_rules.statuses(exported.folder, code)),
        ("VERD", rederive_rules.verdicts(exported.folder, code)),
    ):
        records = responses[responses["PARAMCD"] == f"{word}{code}"]
        there = dict(
            zip(zip(records["USUBJID"], records["ACYCLE"].astype(int), strict=True), records["AVALC"], strict=True)
        )
        assert derived == there
        assert len(set(there.values())) >= (5 if word == "RESP" else 3)


def test_derivation_type_is_one_rule_for_all_parameters(exported: Exported) -> None:
    """PRORATED where fewer days are recorded than the window has, by DIARYN or WREC of the same window, and nowhere else."""
    diary = rederive.read(exported.folder, "ADDIARY")
    diary["DAYS"] = (diary["AENDT"] - diary["ASTDT"]) + 1
    keys, n_short, n_missing = ["USUBJID", "AVISITN"], 0, 0
    for counted, paramcds in {"DIARYN": list(MEASURES), "WRECART": ["WHDMART"], "WRECNICE": ["WHDMNICE"]}.items():
        recorded = diary[diary["PARAMCD"] == counted][[*keys, "AVAL"]].rename(columns={"AVAL": "RECORDED"})
        records = diary[diary["PARAMCD"].isin(paramcds)].merge(recorded, on=keys)
        is_missing = records["RECORDED"] < records["DAYS"]
        assert (records["DTYPE"].eq("PRORATED") == is_missing).all()
        n_short += int((~is_missing & (records["DAYS"] < 28)).sum())
        n_missing += int(is_missing.sum())
    assert n_short > 10
    assert n_missing > 100

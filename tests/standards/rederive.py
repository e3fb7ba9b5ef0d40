"""The published tables once more, from the exported ADaM files alone: pandas, numpy and scipy, and nothing of this package.

Written from what define.xml says of the variables, as somebody would who got the files only.
``python tests/standards/rederive.py DIR`` prints what comes out of the SAS transport files in DIR.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import beta, norm
from scipy.stats import t as student

ALL = "all"
Z = norm.ppf(0.975)


def read(folder: Path, dataset: str) -> pd.DataFrame:
    """One dataset. What is empty is missing; pandas reads the zero of the format as 5e-79."""
    frame = pd.read_sas(folder / f"{dataset.lower()}.xpt", format="xport", encoding="ascii")
    for name in frame:
        if frame[name].dtype.kind == "f":
            frame[name] = frame[name].mask(frame[name].abs() < 1e-70, 0.0)
        else:
            frame[name] = frame[name].replace("", None)
    return frame


def arms_of(subjects: pd.DataFrame) -> list[str]:
    """The arms of the study in their order; those that study.toml does not declare have no number."""
    declared = subjects.dropna(subset=["TRT01PN"]).sort_values("TRT01PN")
    return list(dict.fromkeys(declared["ARMCD"]))


def by_arm(frame: pd.DataFrame, subjects: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """The records of each arm, then of all."""
    arm = frame["USUBJID"].map(subjects.set_index("USUBJID")["ARMCD"])
    for name in arms_of(subjects):
        yield name, frame[arm == name]
    yield ALL, frame


def percent(n: int, total: int) -> float:
    return 100.0 * n / total if total else np.nan


def wilson(n: int, total: int) -> tuple[float, float]:
    if not total:
        return np.nan, np.nan
    p = n / total
    middle = (p + Z**2 / (2 * total)) / (1 + Z**2 / total)
    half = Z / (1 + Z**2 / total) * np.sqrt(p * (1 - p) / total + Z**2 / (4 * total**2))
    return 100 * (middle - half), 100 * (middle + half)


def exact(n: int, total: int) -> tuple[float, float]:
    if not total:
        return np.nan, np.nan
    low = beta.ppf(0.025, n, total - n + 1) if n else 0.0
    high = beta.ppf(0.975, n + 1, total - n) if n < total else 1.0
    return 100 * low, 100 * high


def responder_rates(folder: Path) -> pd.DataFrame:
    """Responders per rule set, cycle and arm, observed and with non-responder imputation."""
    subjects, responses = read(folder, "ADSL"), read(folder, "ADRESP")
    rows = []
    for (rule_set, cycle), records in responses[responses["PARAMCD"].str.startswith("RESP")].groupby(
        ["RULESET", "ACYCLE"]
    ):
        imputed = responses[
            responses["PARAMCD"].str.startswith("RNRI")
            & (responses["RULESET"] == rule_set)
            & (responses["ACYCLE"] == cycle)
        ]
        imputed_by_arm = dict(by_arm(imputed, subjects))
        for arm, chosen in by_arm(records, subjects):
            judged = chosen[chosen["AVALC"].isin(["RESPONDER", "NON RESPONDER"])]
            due = chosen[~chosen["AVALC"].isin(["NOT DUE", "NOT REACHED", "NOT GIVEN"])]
            n, evaluable, n_nri = int(judged["AVAL"].sum()), len(judged), len(imputed_by_arm[arm])
            assert n == int(imputed_by_arm[arm]["AVAL"].sum())
            low, high = wilson(n, evaluable)
            exact_low, exact_high = exact(n, evaluable)
            nri_low, nri_high = wilson(n, n_nri)
            rows.append(
                {
                    "rule_set": rule_set, "cycle": int(cycle), "arm": arm, "n_subjects": len(due),
                    "n_evaluable": evaluable, "n_responders": n, "responder_pct": percent(n, evaluable),
                    "ci_low_pct": low, "ci_high_pct": high, "exact_ci_low_pct": exact_low,
                    "exact_ci_high_pct": exact_high, "n_nri": n_nri, "responder_nri_pct": percent(n, n_nri),
                    "nri_ci_low_pct": nri_low, "nri_ci_high_pct": nri_high,
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def first_response(folder: Path) -> pd.DataFrame:
    """In which cycle subjects responded first: the earliest record of RESP with AVAL = 1."""
    subjects, responses = read(folder, "ADSL"), read(folder, "ADRESP")
    treated = dict(by_arm(subjects[subjects["SAFFL"] == "Y"], subjects))
    records = responses[responses["PARAMCD"].str.startswith("RESP")]
    cycles = sorted(records["ACYCLE"].unique())
    rows = []
    for rule_set, of_rule_set in records.groupby("RULESET"):
        first = of_rule_set[of_rule_set["AVAL"] == 1].groupby("USUBJID", as_index=False)["ACYCLE"].min()
        for arm, chosen in by_arm(first, subjects):
            so_far = 0
            for cycle in cycles:
                n, total = int((chosen["ACYCLE"] == cycle).sum()), len(treated[arm])
                so_far += n
                rows.append(
                    {
                        "rule_set": rule_set, "arm": arm, "cycle": int(cycle), "n_subjects": total, "n_first": n,
                        "first_pct": percent(n, total), "cumulative_pct": percent(so_far, total),
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def described(prefix: str, values: pd.Series) -> dict[str, float]:
    n = len(values)
    mean = values.mean() if n else np.nan
    sd = values.std(ddof=1) if n > 1 else np.nan
    half = student.ppf(0.975, n - 1) * sd / np.sqrt(n) if n > 1 else np.nan
    return {
        f"n_{prefix}".strip("_"): n, f"{prefix}mean": mean, f"{prefix}sd": sd, f"{prefix}ci_low": mean - half,
        f"{prefix}ci_high": mean + half,
    }  # fmt: skip


def adjusted(records: pd.DataFrame, arms: list[str]) -> dict[str, dict[str, float]]:
    """Analysis of covariance of CHG: arm + BASE + medication overuse at baseline (Y, N, not known), by least squares.

    LS means at the mean of BASE and the observed shares of overuse; differences from the first arm.
    """
    dummies = pd.get_dummies(records["OVERUSFL"].fillna("unknown"), dtype=float).iloc[:, 1:]
    covariates = np.column_stack([records["BASE"], *(dummies[name] for name in dummies)])
    in_arm = np.column_stack([records["ARMCD"] == arm for arm in arms]).astype(float)
    design = np.column_stack([in_arm, covariates - covariates.mean(axis=0)])
    coefficients, _, rank, _ = np.linalg.lstsq(design, records["CHG"].to_numpy(), rcond=None)
    assert rank == design.shape[1]
    residual = records["CHG"].to_numpy() - design @ coefficients
    degrees = len(records) - rank
    covariance = np.linalg.inv(design.T @ design) * (residual @ residual) / degrees
    wide = student.ppf(0.975, degrees)
    found: dict[str, dict[str, float]] = {}
    for place, arm in enumerate(arms):
        mean, se = coefficients[place], np.sqrt(covariance[place, place])
        found[arm] = {
            "ls_mean": mean, "ls_se": se, "ls_ci_low": mean - wide * se, "ls_ci_high": mean + wide * se,
            "n_model": len(records),
        }  # fmt: skip
        if place:
            difference = mean - coefficients[0]
            se = np.sqrt(covariance[place, place] + covariance[0, 0] - 2 * covariance[0, place])
            found[arm] |= {
                "difference": difference, "difference_se": se, "difference_ci_low": difference - wide * se,
                "difference_ci_high": difference + wide * se,
                "p_value": 2 * student.sf(abs(difference / se), degrees),
            }  # fmt: skip
    return found


def changes(folder: Path, dataset: str, parameters: list[str]) -> pd.DataFrame:
    """Values and changes from baseline by parameter, AVISITN and arm; baseline rows have no change."""
    subjects, records = read(folder, "ADSL"), read(folder, dataset)
    treated = {arm: len(chosen) for arm, chosen in by_arm(subjects[subjects["SAFFL"] == "Y"], subjects)}
    records = records[
        (records["ANL01FL"] == "Y") & (records["SAFFL"] == "Y") & records["PARAMCD"].isin(parameters)
    ].merge(subjects[["USUBJID", "ARMCD", "OVERUSFL"]], on="USUBJID")
    arms, rows = arms_of(subjects), []
    for (paramcd, visit), chosen in records.groupby(["PARAMCD", "AVISITN"]):
        is_baseline = (chosen["ABLFL"] == "Y").any()
        models = {}
        if not is_baseline:
            models = adjusted(chosen[chosen["CHG"].notna() & chosen["ARMCD"].isin(arms)], arms)
        for arm, of_arm in by_arm(chosen, subjects):
            row = {"paramcd": paramcd, "visit": int(visit), "arm": arm, "n_subjects": treated[arm]}
            row |= described("", of_arm["AVAL"])
            if not is_baseline:
                changed = of_arm[of_arm["CHG"].notna()]
                row |= described("change_", changed["CHG"]) | {"baseline_mean": changed["BASE"].mean()}
                row |= models.get(arm, {})
            rows.append(row)
    return pd.DataFrame(rows)


def adverse_events(folder: Path) -> pd.DataFrame:
    """Subjects with events under treatment (ANL01FL), and events, by kind, system organ class and term."""
    subjects, events = read(folder, "ADSL"), read(folder, "ADAE")
    treated = {arm: len(chosen) for arm, chosen in by_arm(subjects[subjects["SAFFL"] == "Y"], subjects)}
    counted = events[events["ANL01FL"] == "Y"]
    kinds = {
        ("any", "", ""): counted,
        ("serious", "", ""): counted[counted["AESER"] == "Y"],
        ("related", "", ""): counted[counted["AREL"] == "Y"],
        ("of_interest", "", "allergic_reaction"): counted[counted["CQ01NAM"] == "ALLERGIC REACTION"],
        ("of_interest", "", "neck_pain"): counted[counted["CQ02NAM"] == "NECK PAIN"],
    }
    kinds |= {("soc", soc, ""): chosen for soc, chosen in counted.groupby("ASOC")}
    kinds |= {("term", soc, term): chosen for (soc, term), chosen in counted.groupby(["ASOC", "ATERM"])}
    rows = []
    for (level, soc, term), chosen in kinds.items():
        for arm, of_arm in by_arm(chosen, subjects):
            n, total = of_arm["USUBJID"].nunique(), treated[arm]
            low, high = wilson(n, total)
            rows.append(
                {
                    "arm": arm, "level": level, "soc": soc, "term": term, "n_subjects": total, "n_with_event": n,
                    "with_event_pct": percent(n, total), "ci_low_pct": low, "ci_high_pct": high,
                    "n_events": len(of_arm), "n_events_imputed": int(of_arm["ASTDTF"].notna().sum()),
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def article_responses(folder: Path) -> pd.Series:
    """Whether at least half of the recorded days of a window are headache-free: the 15-day rule, from ADDIARY."""
    days = windows(folder, "WHDNART", "WRECART")
    return 2 * (days["WRECART"] - days["WHDNART"]) >= days["WRECART"]


def nice_responses(folder: Path) -> pd.Series:
    """Whether the share of headache days fell by 30% or more from baseline, in whole numbers, from ADDIARY and ADSL."""
    days = windows(folder, "WHDNNICE", "WRECNICE").reset_index()
    days = days.merge(read(folder, "ADSL")[["USUBJID", "BLHDN", "BLRECN"]], on="USUBJID").set_index(
        ["USUBJID", "ACYCLE"]
    )
    return 10 * days["WHDNNICE"] * days["BLRECN"] <= 7 * days["BLHDN"] * days["WRECNICE"]


def windows(folder: Path, *parameters: str) -> pd.DataFrame:
    """The judged windows, by subject and cycle, with a column for each parameter."""
    diary = read(folder, "ADDIARY")
    judged = diary[diary["PARAMCD"].isin(parameters) & (diary["ANL01FL"] == "Y")]
    return judged.pivot(index=["USUBJID", "ACYCLE"], columns="PARAMCD", values="AVAL")


if __name__ == "__main__":
    place = Path(sys.argv[1])
    for derive in (responder_rates, first_response, adverse_events):
        print(f"\n{derive.__name__}\n{derive(place).to_string(index=False)}")
    print(f"\nchange_from_baseline\n{changes(place, 'ADDIARY', ['HDAY28']).to_string(index=False)}")

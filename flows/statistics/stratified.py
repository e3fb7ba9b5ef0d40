"""The Cochran-Mantel-Haenszel test and the common odds ratio of two arms over strata."""

from typing import NamedTuple

from flows.statistics.rounding import finite


class Stratum(NamedTuple):
    """Responders of subjects in one stratum, in the arm and in the reference arm."""

    level: str
    count: int
    n: int
    count_ref: int
    n_ref: int


class Stratified(NamedTuple):
    """The test and the common odds ratio; null values are explained in the note."""

    statistic: float | None
    p_value: float | None
    odds_ratio: float | None
    odds_ratio_low: float | None
    odds_ratio_high: float | None
    strata_used: int
    note: str | None


def cochran_mantel_haenszel(strata: list[Stratum]) -> Stratified:
    """Whether responders are as frequent in both arms, given the stratum; without continuity correction.

    A stratum in which an arm is empty, or in which all or none respond, tells nothing about the arms: it adds nothing to
    the statistic, and one subject alone would make statsmodels' result NaN. It is left out and named in the note.

    Source: Mantel and Haenszel 1959, J Natl Cancer Inst 22:719; variance of the log odds ratio: Robins, Breslow and
    Greenland 1986, Biometrics 42:311; both as computed by statsmodels.
    """
    import numpy as np
    from statsmodels.stats.contingency_tables import StratifiedTable

    left_out = {stratum.level: why for stratum in strata if (why := _why_silent(stratum))}
    used = [stratum for stratum in strata if stratum.level not in left_out]
    notes = [f"left out: {level} ({why})" for level, why in left_out.items()]
    if not used:
        return Stratified(None, None, None, None, None, 0, "; ".join(["no stratum can contribute", *notes]))
    tables = [np.array([[s.count, s.n - s.count], [s.count_ref, s.n_ref - s.count_ref]], dtype=float) for s in used]
    fitted = StratifiedTable(tables)
    test = fitted.test_null_odds(correction=False)
    with np.errstate(all="ignore"):
        odds_ratio, (low, high) = finite(fitted.oddsratio_pooled), fitted.oddsratio_pooled_confint(ALPHA)
    if odds_ratio is None or odds_ratio == 0:
        # Everybody responds in one arm, or nobody does in the other: the odds ratio has no finite interval.
        notes.append("the odds ratio is 0 or infinite: no stratum has both outcomes in both arms")
        odds_ratio = low = high = None
    return Stratified(
        finite(test.statistic),
        finite(test.pvalue),
        odds_ratio,
        finite(low),
        finite(high),
        len(used),
        "; ".join(notes) or None,
    )


def _why_silent(stratum: Stratum) -> str | None:
    if not stratum.n and not stratum.n_ref:
        return "nobody in it"
    if not stratum.n or not stratum.n_ref:
        return "one arm is empty"
    responders = stratum.count + stratum.count_ref
    if responders in (0, stratum.n + stratum.n_ref):
        return "all respond" if responders else "nobody responds"
    return None


ALPHA = 0.05

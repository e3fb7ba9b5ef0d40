"""Continue, stop for success, stop for lack of response, undetermined: every transition.

`follow` returns (status, verdict) per cycle. Baseline 20 of 28 throughout, unless said: 14 is 30%, 15 is 25%.
"""

from .diaries import SHIPPED, day, diary, follow, marks, respond, rule

BASELINE = marks(20, 28)
GOOD = marks(14, 28)
POOR = marks(15, 28)
MISSING = "." * 28

RESPONDER = ("responder", "continue")
POOR_BUT_ON = ("non_responder", "continue")
POOR_AND_STOP = ("non_responder", "stop_no_response")
UNKNOWN = ("not_evaluable", "undetermined")
UNKNOWN_AFTER_STOP = ("not_evaluable", "stop_no_response")

LATEST_2 = rule(stop_no_response={"mode": "latest", "cycles": 2})
EVERY_2 = rule(stop_no_response={"mode": "every", "cycles": 2})
RELIEF_2 = rule(stop_no_response={"mode": "every", "cycles": 2, "condition": "relief"})


def success(limit=15, months=3, **more):
    return rule(stop_success={"headache_days_below": limit, "months": months} | more)


# --- no response: latest -------------------------------------------------------------------------------------------


def test_latest_waits_for_cycle_k_and_then_decides_every_time():
    # Poor at cycle 1 is too early; good at 2; poor at 3 stops, good at 4 lifts the stop.
    outcome = follow(LATEST_2, BASELINE, [POOR, GOOD, POOR, GOOD])
    assert outcome == [POOR_BUT_ON, RESPONDER, POOR_AND_STOP, RESPONDER]


def test_latest_counts_cycles_given_not_cycles_evaluated():
    # Cycle 1 is unknown; cycle 2 is poor and is cycle 2.
    assert follow(LATEST_2, BASELINE, [MISSING, POOR]) == [UNKNOWN, POOR_AND_STOP]


def test_a_stop_is_carried_over_unknown_cycles_until_a_known_one():
    outcome = follow(LATEST_2, BASELINE, [GOOD, POOR, MISSING, MISSING, GOOD, MISSING])
    stop_stands = [POOR_AND_STOP, UNKNOWN_AFTER_STOP, UNKNOWN_AFTER_STOP]
    # After the `continue` of cycle 5 nothing is carried: cycle 6 is undetermined.
    assert outcome == [RESPONDER, *stop_stands, RESPONDER, UNKNOWN]


def test_a_stop_is_carried_over_a_cycle_that_is_not_due():
    outcome = follow(LATEST_2, BASELINE, [GOOD, POOR, GOOD], cutoff=84 * 3 - 1)
    assert outcome == [RESPONDER, POOR_AND_STOP, ("not_due", "stop_no_response")]


def test_nothing_known_is_undetermined():
    assert follow(LATEST_2, BASELINE, [MISSING, MISSING]) == [UNKNOWN, UNKNOWN]
    assert follow(LATEST_2, BASELINE, [GOOD], cutoff=83) == [("not_due", "undetermined")]


def test_without_a_stop_rule_a_non_responder_continues():
    assert follow(rule(), BASELINE, [POOR] * 3) == [POOR_BUT_ON] * 3
    # PREEMPT gives no rule for stopping. Without hours a headache is not recorded: free days alone, no baseline.
    assert follow(SHIPPED["preempt"], BASELINE, [POOR]) == [UNKNOWN]


# --- no response: every --------------------------------------------------------------------------------------------


def test_every_needs_k_poor_cycles_in_a_row():
    outcome = follow(EVERY_2, BASELINE, [POOR, GOOD, POOR, POOR, POOR])
    assert outcome == [POOR_BUT_ON, RESPONDER, POOR_BUT_ON, POOR_AND_STOP, POOR_AND_STOP]


def test_every_passes_over_cycles_that_cannot_be_evaluated():
    # Cycles 1 and 3 are the last two evaluable ones, both poor.
    assert follow(EVERY_2, BASELINE, [POOR, MISSING, POOR]) == [POOR_BUT_ON, UNKNOWN, POOR_AND_STOP]


def test_shipped_rule_sets_at_cycles_2_and_3():
    # Baseline 20, each window 15: 25%, short of 30% and 50%. latest 2 stops at cycle 2, every 3 at cycle 3.
    cycles = [MISSING * 2 + POOR] * 3
    at_cycle_2 = [POOR_BUT_ON, POOR_AND_STOP, POOR_AND_STOP]
    at_cycle_3 = [POOR_BUT_ON, POOR_BUT_ON, POOR_AND_STOP]
    assert follow(SHIPPED["nice_ta260"], BASELINE, cycles) == at_cycle_2
    assert follow(SHIPPED["mbs_18377"], BASELINE, cycles) == at_cycle_2
    assert follow(SHIPPED["dmkg_2018"], BASELINE, cycles) == at_cycle_3


def test_ehf_stops_after_three_cycles_each_against_the_month_before_it():
    # 20 before and after every injection: 0% three times.
    cycles = [marks(20, 28) * 3] * 3
    assert follow(SHIPPED["ehf_2018"], BASELINE, cycles) == [POOR_BUT_ON, POOR_BUT_ON, POOR_AND_STOP]


# --- no response: relief, and the article's two rules --------------------------------------------------------------


def test_relief_is_any_fall_below_baseline():
    # 20 of 28 again is none, 19 of 28 is relief. 15 of 21 is 20 of 28: 15 * 28 = 420 = 20 * 21, none.
    assert follow(RELIEF_2, BASELINE, [marks(20, 28), marks(21, 28)])[1] == POOR_AND_STOP
    assert follow(RELIEF_2, BASELINE, [marks(20, 28), marks(19, 28)])[1] == POOR_BUT_ON
    assert follow(RELIEF_2, BASELINE, [marks(20, 28), marks(15, 21)])[1] == POOR_AND_STOP
    assert follow(RELIEF_2, BASELINE, [marks(20, 28), marks(15, 22)])[1] == POOR_BUT_ON


def test_relief_in_the_latest_cycle():
    latest = rule(stop_no_response={"mode": "latest", "cycles": 2, "condition": "relief"})
    none = marks(20, 28)
    assert follow(latest, BASELINE, [none, POOR, none]) == [POOR_BUT_ON, POOR_BUT_ON, POOR_AND_STOP]


def test_article_15_day_rule_stops_at_once():
    # 14 headaches of 28 leave exactly 15 free days a month, 15 do not; relief (from 20) does not help.
    outcome = follow(SHIPPED["article"], BASELINE, [marks(15, 28), marks(14, 28)])
    assert outcome == [POOR_AND_STOP, RESPONDER]


def test_article_two_cycles_without_relief_stop_a_responder():
    # Baseline 10 of 28; windows 10, 12: 18 and 16 free days of 28, so 15-day responders, yet no relief twice.
    outcome = follow(SHIPPED["article"], marks(10, 28), [marks(10, 28), marks(12, 28), marks(9, 28)])
    assert outcome == [RESPONDER, ("responder", "stop_no_response"), RESPONDER]
    # One cycle of relief between them, and the last two are not both without.
    outcome = follow(SHIPPED["article"], marks(10, 28), [marks(10, 28), marks(9, 28), marks(12, 28)])
    assert outcome == [RESPONDER] * 3
    # A cycle that cannot be evaluated is passed over.
    outcome = follow(SHIPPED["article"], marks(10, 28), [marks(10, 28), MISSING, marks(12, 28)])
    assert outcome == [RESPONDER, UNKNOWN, ("responder", "stop_no_response")]


def test_article_without_a_baseline_knows_no_relief_but_keeps_the_15_day_rule():
    for baseline in [MISSING, marks(0, 28), marks(5, 19)]:
        outcome = follow(SHIPPED["article"], baseline, [marks(14, 28), marks(14, 28), marks(15, 28)])
        assert outcome == [RESPONDER, RESPONDER, POOR_AND_STOP]


def test_a_cycle_not_evaluable_for_relief_does_not_stop_for_the_cycles_before_it():
    # Each baseline is the month before that injection, the window the first 28 days after it. Before the
    # injections of cycles 1 and 2: 10 headaches, after: 10, no relief. Before cycle 3: nothing; after: 10.
    anchored = {"baseline": {"anchor": "each_injection"}, "window": {"position": "first"}}
    ten = marks(10, 28)
    cycles = [ten + MISSING + ten, ten + MISSING * 2, ten + MISSING * 2]
    outcome = follow(SHIPPED["article"] | anchored, ten, cycles)
    assert outcome == [RESPONDER, ("responder", "stop_no_response"), RESPONDER]


# --- success -------------------------------------------------------------------------------------------------------


def test_success_needs_every_month_below_the_limit():
    # 14 is below 15, 15 is not. Prorated: 10 of 20 is 14 a month, 11 of 20 is 15.4.
    low = marks(14, 28)
    assert follow(success(), BASELINE, [low * 3]) == [("responder", "stop_success")]
    assert follow(success(), BASELINE, [low * 2 + marks(15, 28)]) == [POOR_BUT_ON]
    assert follow(success(), BASELINE, [low + marks(10, 20) + low]) == [("responder", "stop_success")]
    assert follow(success(), BASELINE, [low + marks(11, 20) + low]) == [RESPONDER]


def test_a_month_with_19_recorded_days_breaks_the_run():
    low = marks(0, 28)
    assert follow(success(), BASELINE, [low + marks(0, 19) + low]) == [RESPONDER]
    assert follow(success(), BASELINE, [low + marks(0, 20) + low]) == [("responder", "stop_success")]
    lenient = success(min_recorded_days=19)
    assert follow(lenient, BASELINE, [low + marks(0, 19) + low]) == [("responder", "stop_success")]


def test_the_run_goes_on_across_cycles_and_ends_in_the_cycle_that_is_judged():
    # Months 20, 14, 14 | 14, 20, 20: the third low month is month 1 of cycle 2, though its last month is bad.
    low, high = marks(14, 28), marks(20, 28)
    cycles = [high + low + low, low + high + high]
    assert follow(success(), BASELINE, cycles) == [RESPONDER, ("non_responder", "stop_success")]
    # The baseline is no month of the run: 14 | 14, 14, 20.
    assert follow(success(), low, [low + low + high]) == [POOR_BUT_ON]


def test_success_goes_before_no_response():
    # Baseline 15 is chronic, 12 is only 20% less: no response, but three months below 15.
    both = success() | LATEST_2 | {"stop_success": {"headache_days_below": 15, "months": 3}}
    months = marks(12, 28) * 3
    outcome = follow(both, marks(15, 28), [months, months])
    assert outcome == [("non_responder", "stop_success")] * 2


def test_success_needs_no_evaluable_cycle():
    # No baseline at all: the response cannot be judged, the months can.
    assert follow(success(), MISSING, [marks(14, 28) * 3]) == [("not_evaluable", "stop_success")]


def test_success_in_a_cycle_that_is_not_due():
    # Months 2, 3 of cycle 1 and 1 of cycle 2 are low. Month 1 of cycle 2 ends on Day 84 + 28 = 112.
    low = marks(14, 28)
    cycles = [MISSING + low + low, low + low + low]
    assert follow(success(), BASELINE, cycles, cutoff=112)[1] == ("not_due", "stop_success")
    # A day earlier the month is not due, though 27 days of it are recorded.
    assert follow(success(), BASELINE, cycles, cutoff=111)[1] == ("not_due", "undetermined")


def test_a_success_is_carried_over_an_unknown_cycle_and_lifted_by_a_known_one():
    low = marks(14, 28)
    cycles = [low * 3, MISSING * 3, MISSING * 2 + low]
    expected = [("responder", "stop_success"), ("not_evaluable", "stop_success"), RESPONDER]
    assert follow(success(), BASELINE, cycles) == expected


def test_months_that_do_not_exist_do_not_break_the_run():
    # Injection on Day 57: months 1, 2 of cycle 1, then month 1 of cycle 2 on Days 57-84. Window 57-84: empty.
    days = diary(-28, BASELINE + marks(14, 28) * 3)
    rows = respond(success(), days, [1, 57], cutoff=84)
    expected = [("not_evaluable", "undetermined"), ("not_due", "stop_success")]
    assert [(row["status"], row["verdict"]) for row in rows] == expected


def test_a_month_cut_below_the_minimum_breaks_the_run():
    # Injection on Day 71 leaves month 3 Days 57-70: 14 days, too few. Then month 1 of cycle 2 starts anew.
    for next_day, verdict in [(71, "undetermined"), (77, "stop_success")]:  # Day 77: 20 days
        days = diary(-28, BASELINE) + diary(1, "0" * (next_day + 27))
        rows = respond(success(months=4), days, [1, next_day], cutoff=day(next_day + 27))
        assert rows[1]["verdict"] == verdict


def test_the_days_of_a_late_interval_belong_to_no_month():
    # Injection on Day 106; Days 85-105 are full of headache and in no month, so months 2, 3, 1 run on.
    days = diary(-28, BASELINE) + diary(1, "1" * 28 + "0" * 56 + "1" * 21 + "0" * 28)
    rows = respond(success(), days, [1, 106], cutoff=106 + 27)
    assert [row["verdict"] for row in rows] == ["continue", "stop_success"]


def test_the_months_follow_the_missing_day_policy():
    # 7 headaches in 20 recorded days: prorated 9.8, free 7, worst case 7 + 8 = 15 of 28.
    months = marks(7, 20) * 3
    for limit, below in [(8, {"free"}), (10, {"free", "prorate"}), (15, {"free", "prorate"})]:
        for policy in ["free", "prorate", "headache"]:
            tested = success(limit) | {"window": {"missing_days": policy}}
            verdict = follow(tested, BASELINE, [months])[0][1]
            assert (verdict == "stop_success") is (policy in below)


def test_the_limit_is_the_decimal_number_written():
    # 1 of 25 is 1.12 a month: not below 1.12, though in floating point 28 < 1.12 * 25.
    months = marks(1, 25) * 3
    assert follow(success(1.12), BASELINE, [months])[0][1] == "continue"
    assert follow(success(1.13), BASELINE, [months])[0][1] == "stop_success"


def test_the_worst_case_of_a_cut_month_is_its_own_length():
    # Month 3 cut to Days 57-80 by the injection on Day 81: 24 days, 20 recorded, none with headache.
    # 4 of 24 days are 4.67 of 28; the month's full length would make it 8 of 28.
    worst = success(5, 1) | {"window": {"missing_days": "headache"}}
    rows = respond(worst, diary(-28, BASELINE) + diary(57, "0" * 20), [1, 81], cutoff=81)
    assert rows[0]["verdict"] == "stop_success"


def test_the_limit_is_in_the_rule_sets_month():
    # 14 of 28 is 14 in 28 days, 15 in 30 days: below 15 only in the shorter month.
    months = marks(14, 28) * 3
    assert follow(success(), BASELINE, [months])[0][1] == "stop_success"
    assert follow(success() | {"month_days": 30}, BASELINE, [months])[0][1] == "continue"


def test_the_months_follow_the_headache_day_definition():
    # 28 headaches of 1 h: no headache day under hours_4.
    days = diary(-28, BASELINE) + diary(1, "1" * 84, hours=1)
    assert respond(success(), days)[0]["verdict"] == "continue"
    assert respond(success() | {"headache_day": "hours_4"}, days)[0]["verdict"] == "stop_success"

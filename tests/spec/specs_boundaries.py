"""Where the last headache day decides: comparisons are made between integers, before any rounding."""

from datetime import date

from tests.spec.format import Spec, variant, when

TITLE = "Boundaries"

# A bare rule without stopping: each spec adds the response it is about.
FIRST_28 = {"position": "first"}

SPECS = [
    Spec(
        title="Exactly 30%, where floating point says less",
        question="9 headaches in 15 recorded days against 24 of 28: is that a fall of 30%?",
        rules=(variant("short_diary", "nice_ta260", window={"min_recorded_days": 14}),),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 24 of 28     | 9 of 15     |
        | B       | 24 of 28     | 10 of 15    |
        """,
        arithmetic="""
        A: `10 * 9 * 28 = 2520 <= 2520 = 7 * 24 * 15`. In floating point, 9/15*28 <= 0.7*24 is false.
        B: `10 * 10 * 28 = 2800 > 2520 = 7 * 24 * 15`.
        """,
        expected="""
        | patient | headache | per month | reduction % | status        | verdict  |
        | A       | 9 of 15  | 16.8      | 30          | responder     | continue |
        | B       | 10 of 15 | 18.66..   | 22.22..     | non_responder | continue |
        """,
        source="docs/rule-parameters.md, Status: conditions as integers",
    ),
    Spec(
        title="29.6% is not 30%",
        question="Is a fall from 27 to 19 headache days, 30% after rounding, a response?",
        rules=("nice_ta260",),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 27 of 28     | 19 of 28    |
        | B       | 27 of 28     | 18 of 28    |
        """,
        arithmetic="""
        A: `10 * 19 * 28 = 5320 > 5292 = 7 * 27 * 28`; `100 * (1 - 19/27) ~= 29.6`. Nothing is rounded before comparing.
        B: `10 * 18 * 28 = 5040 <= 5292 = 7 * 27 * 28`.
        """,
        expected="""
        | patient | headache | reduction % | status        | verdict  |
        | A       | 19 of 28 | 29.62..     | non_responder | continue |
        | B       | 18 of 28 | 33.33..     | responder     | continue |
        """,
        source="NICE TA260 (2012), section 1: at least a 30% reduction",
    ),
    Spec(
        title="At least half against more than half",
        question="Does a fall from 20 to 10 headache days satisfy a 50% rule?",
        case=">= 50 against > 50",
        rules=("mbs_18377", variant("more_than_half", "mbs_18377", response=when("reduction_pct > 50"))),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 10 of 28    |
        | B       | 20 of 28     | 9 of 28     |
        """,
        arithmetic="""
        A: `100 * 10 * 28 = 28000 = 50 * 20 * 28`: at least half, not more than half.
        B: `100 * 9 * 28 = 25200 < 28000 = 50 * 20 * 28`: both.
        """,
        expected="""
        | patient | rule set       | reduction % | status        | verdict  |
        | A       | mbs_18377      | 50          | responder     | continue |
        | A       | more_than_half | 50          | non_responder | continue |
        | B       | mbs_18377      | 55          | responder     | continue |
        | B       | more_than_half | 55          | responder     | continue |
        """,
        source="Medicare Benefits Schedule, item 18377: at least 50%; trials differ",
    ),
    Spec(
        title="15 headache-free days, or more than 15",
        question="How does the 15-day rule treat an incomplete or an exactly halved month?",
        rules=("article", variant("more_than_15", "article", response=when("headache_free_days > 15"))),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 24 of 28     | 14 of 28    |
        | B       | 24 of 28     | 13 of 27    |
        | C       | 24 of 28     | 14 of 27    |
        """,
        arithmetic="""
        A: 14 free of 28, `14 * 30 = 420 = 15 * 28`: at least 15, not more.
        B: 14 free of 27 recorded, `14 * 30 = 420 > 405 = 15 * 27`: more than 15.
        C: 13 free of 27 recorded, `13 * 30 = 390 < 405 = 15 * 27`: fewer.
        """,
        expected="""
        | patient | rule set     | headache | per month | status        | verdict          |
        | A       | article      | 14 of 28 | 15        | responder     | continue         |
        | A       | more_than_15 | 14 of 28 | 15        | non_responder | stop_no_response |
        | B       | article      | 13 of 27 | 14.44..   | responder     | continue         |
        | B       | more_than_15 | 13 of 27 | 14.44..   | responder     | continue         |
        | C       | article      | 14 of 27 | 15.55..   | non_responder | stop_no_response |
        | C       | more_than_15 | 14 of 27 | 15.55..   | non_responder | stop_no_response |
        """,
        source="The lay article: stop if less than 15 days a month are headache free",
    ),
    Spec(
        title="A month of 28, 30 or 31 days",
        question="Headache every other day from 1 January on: are there fewer than 15 headache days a month?",
        case="28, 30 or calendar month",
        day_1=date(2023, 1, 1),
        injections="1, 32",
        cutoff=59,
        rules=(
            variant("month_28", "preempt", headache_day="any", window=FIRST_28, response=when("headache_days < 15")),
            variant(
                "month_30",
                "preempt",
                headache_day="any",
                month_days=30,
                window=FIRST_28,
                response=when("headache_days < 15"),
            ),
            variant(
                "january",
                "preempt",
                headache_day="any",
                month_days=31,
                window={"position": "first", "days": 31},
                response=when("headache_days < 15"),
            ),
        ),
        diary="Days 1..59: 29(HF) H",
        arithmetic="""
        28-day month: 14 headache days of Days 1-28, `14 * 28 = 392 < 420 = 15 * 28`.
        30-day month: the same 14 days are `14 * 30 / 28 = 15` a month, and `15 >= 15`.
        January, 31 days, begins and ends with a headache: 16 days, `16 * 31 = 496 >= 465 = 15 * 31`.
        February (Days 32-59, the window of cycle 2) has 14 again.
        """,
        expected="""
        | rule set | cycle | window | headache | per month | reduction % | status        | verdict      |
        | month_28 | 1     | 1..28  | 14 of 28 | 14        | -           | responder     | continue     |
        | month_28 | 2     | 32..59 | 14 of 28 | 14        | -           | responder     | continue     |
        | month_30 | 1     | 1..28  | 14 of 28 | 15        | -           | non_responder | continue     |
        | month_30 | 2     | 32..59 | 14 of 28 | 15        | -           | non_responder | continue     |
        | january  | 1     | 1..31  | 16 of 31 | 16        | -           | non_responder | continue     |
        | january  | 2     | 32..62 | 14 of 28 |           | -           | not_due       | undetermined |
        """,
        source="docs/rule-parameters.md: month_days",
    ),
]

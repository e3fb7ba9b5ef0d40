"""The reduction from baseline: rates of incomplete months, worsening, and conditions that are combined."""

from tests.spec.format import Spec, variant, when

TITLE = "Reductions"

EPISODIC_OR_BETTER = ("reduction_pct >= 30", "headache_days < 15")

SPECS = [
    Spec(
        title="Both months incomplete",
        question="15 headaches of 21 recorded days before, 12 or 13 of 24 after: rates of different lengths.",
        rules=("nice_ta260",),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 15 of 21     | 12 of 24    |
        | B       | 15 of 21     | 13 of 24    |
        """,
        arithmetic="""
        At baseline `15 * 28 / 21 = 20` headache days a month.
        A: `12 * 28 / 24 = 14`, and `10 * 12 * 21 = 2520 <= 2520 = 7 * 15 * 24`: exactly 30%.
        B: `10 * 13 * 21 = 2730 > 2520 = 7 * 15 * 24`.
        """,
        expected="""
        | patient | baseline | headache | at baseline | per month | reduction % | status        | verdict  |
        | A       | 15 of 21 | 12 of 24 | 20          | 14        | 30          | responder     | continue |
        | B       | 15 of 21 | 13 of 24 | 20          | 15.16..   | 24.16..     | non_responder | continue |
        """,
        source="docs/rule-parameters.md, Counts: normalised by recorded days",
    ),
    Spec(
        title="Worse, the same, free of headache",
        question="What is the reduction of a patient who got worse?",
        rules=("nice_ta260",),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 16 of 28     | 20 of 28    |
        | B       | 16 of 28     | 16 of 28    |
        | C       | 16 of 28     | 0 of 28     |
        """,
        arithmetic="""
        A: `100 * (1 - 20/16) = -25`. Worsening keeps its sign.
        B: `100 * (1 - 16/16) = 0`.
        C: `100 * (1 - 0/16) = 100`.
        """,
        expected="""
        | patient | reduction % | status        | verdict  |
        | A       | -25         | non_responder | continue |
        | B       | 0           | non_responder | continue |
        | C       | 100         | responder     | continue |
        """,
        source="docs/rule-parameters.md, Counts: reduction_pct",
    ),
    Spec(
        title="'30% or not chronic' against '30% and not chronic'",
        question="A local policy continues if headaches fell by 30% OR are not chronic. How far is that from AND?",
        rules=(
            variant("either", "preempt", headache_day="any", response=when(*EPISODIC_OR_BETTER, require="any")),
            variant("both", "preempt", headache_day="any", response=when(*EPISODIC_OR_BETTER, require="all")),
        ),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 14 of 28    |
        | B       | 16 of 28     | 14 of 28    |
        | C       | 28 of 28     | 19 of 28    |
        | D       | 16 of 28     | 15 of 28    |
        """,
        arithmetic="""
        A: `10 * 14 <= 7 * 20` and `14 < 15`: both conditions hold.
        B: `10 * 14 > 7 * 16`, but `14 < 15`: one holds.
        C: `10 * 19 = 190 <= 196 = 7 * 28`, but `19 >= 15`: the other holds.
        D: `10 * 15 > 7 * 16` and `15 >= 15`: none holds.
        """,
        expected="""
        | patient | rule set | reduction % | status        | verdict  |
        | A       | either   | 30          | responder     | continue |
        | A       | both     | 30          | responder     | continue |
        | B       | either   | 12.5        | responder     | continue |
        | B       | both     | 12.5        | non_responder | continue |
        | C       | either   | 32.14..     | responder     | continue |
        | C       | both     | 32.14..     | non_responder | continue |
        | D       | either   | 6.25        | non_responder | continue |
        | D       | both     | 6.25        | non_responder | continue |
        """,
        source="docs/rule-parameters.md: response.require. A local policy against the wording of NICE TA260",
    ),
    Spec(
        title="Below 15 against at most 15",
        question="Is a month of 15 headache days still 'not chronic'?",
        rules=(
            variant("below_15", "preempt", headache_day="any", response=when("headache_days < 15")),
            variant("at_most_15", "preempt", headache_day="any", response=when("headache_days <= 15")),
        ),
        diary="""
        | patient | Days 57..84 |
        | A       | 14 of 28    |
        | B       | 15 of 28    |
        | C       | 16 of 28    |
        """,
        arithmetic="""
        A: `14 * 28 = 392 < 420 = 15 * 28`.
        B: `15 * 28 = 420 = 15 * 28`: at most 15, not below.
        C: `16 * 28 = 448 > 420 = 15 * 28`. Neither rule needs a baseline.
        """,
        expected="""
        | patient | rule set   | per month | status        | verdict  |
        | A       | below_15   | 14        | responder     | continue |
        | A       | at_most_15 | 14        | responder     | continue |
        | B       | below_15   | 15        | non_responder | continue |
        | B       | at_most_15 | 15        | responder     | continue |
        | C       | below_15   | 16        | non_responder | continue |
        | C       | at_most_15 | 16        | non_responder | continue |
        """,
        source="docs/rule-parameters.md, Status",
    ),
]

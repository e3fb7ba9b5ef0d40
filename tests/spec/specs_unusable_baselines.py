"""Nothing to compare with: baselines too thin, without headache, or without a diary."""

from tests.spec.format import Spec, variant

TITLE = "Unusable baselines"

SPECS = [
    Spec(
        title="A thin baseline",
        question="How many recorded baseline days are enough, and for which rules?",
        rules=("nice_ta260", "article", variant("fortnight", "nice_ta260", baseline={"min_recorded_days": 14})),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 14 of 20     | 13 of 28    |
        | B       | 14 of 19     | 13 of 28    |
        | C       | 10 of 13     | 13 of 28    |
        """,
        arithmetic="""
        A: `10 * 13 * 20 = 2600 <= 2744 = 7 * 14 * 28`.
        B: `19 < 20`; for the fortnight rule `10 * 13 * 19 = 2470 <= 2744 = 7 * 14 * 28`.
        C: `13 < 14`.
        The article's response asks only for free days, `15 * 30 = 450 >= 420 = 15 * 28`: it needs no baseline.
        """,
        expected="""
        | patient | rule set   | baseline | reduction % | status        | verdict      |
        | A       | nice_ta260 | 14 of 20 | 33.67..     | responder     | continue     |
        | A       | article    | 14 of 20 | 33.67..     | responder     | continue     |
        | A       | fortnight  | 14 of 20 | 33.67..     | responder     | continue     |
        | B       | nice_ta260 | 14 of 19 | -           | not_evaluable | undetermined |
        | B       | article    | 14 of 19 | -           | responder     | continue     |
        | B       | fortnight  | 14 of 19 | 36.98..     | responder     | continue     |
        | C       | nice_ta260 | 10 of 13 | -           | not_evaluable | undetermined |
        | C       | article    | 10 of 13 | -           | responder     | continue     |
        | C       | fortnight  | 10 of 13 | -           | not_evaluable | undetermined |
        """,
        source="docs/rule-parameters.md: baseline.min_recorded_days",
    ),
    Spec(
        title="No headache, or no diary, at baseline",
        question="What is the reduction from nothing?",
        rules=("nice_ta260", "article"),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 0 of 28      | 10 of 28    |
        | B       |              | 10 of 28    |
        | C       | 1 of 28      | 0 of 28     |
        """,
        arithmetic="""
        A: a change from 0 is no percentage, neither 0 nor 100. The article still asks for free days, `2 * 18 >= 28`.
        B: nothing to compare with, and the baseline rate itself is unknown.
        C: `100 * (1 - 0/1) = 100`.
        """,
        expected="""
        | patient | rule set   | baseline | at baseline | reduction % | status        | verdict      |
        | A       | nice_ta260 | 0 of 28  | 0           | -           | not_evaluable | undetermined |
        | A       | article    | 0 of 28  | 0           | -           | responder     | continue     |
        | B       | nice_ta260 | 0 of 0   | -           | -           | not_evaluable | undetermined |
        | B       | article    | 0 of 0   | -           | -           | responder     | continue     |
        | C       | nice_ta260 | 1 of 28  | 1           | 100         | responder     | continue     |
        | C       | article    | 1 of 28  | 15/14       | 100         | responder     | continue     |
        """,
        source="docs/rule-parameters.md, Status and Counts",
    ),
    Spec(
        title="A perfect month spoils the next comparison",
        question="No headache before the second injection and none after it: what does the European guideline say?",
        rules=("ehf_2018", variant("from_first", "ehf_2018", baseline={"anchor": "first_injection"})),
        injections="1, 85",
        cutoff=112,
        diary="""
        Days -28..-1: 20 of 28
        Days 1..28: 5 of 28
        Days 57..84: 0 of 28
        Days 85..112: 0 of 28
        """,
        arithmetic="""
        Cycle 1: `100 * (1 - 5/20) = 75`.
        Cycle 2: the month before that injection has no headache; against the first baseline `100 * (1 - 0/20) = 100`.
        """,
        expected="""
        | rule set   | cycle | baseline | headache | reduction % | status        | verdict      |
        | ehf_2018   | 1     | 20 of 28 | 5 of 28  | 75          | responder     | continue     |
        | ehf_2018   | 2     | 0 of 28  | 0 of 28  | -           | not_evaluable | undetermined |
        | from_first | 1     | 20 of 28 | 5 of 28  | 75          | responder     | continue     |
        | from_first | 2     | 20 of 28 | 0 of 28  | 100         | responder     | continue     |
        """,
        source="docs/rule-parameters.md, Status: headache days at baseline are 0",
    ),
]

"""Which months belong to a run: not the baseline, not months that do not exist, and none that is not over."""

from tests.spec.format import Spec, variant

TITLE = "Runs of good months"

SPECS = [
    Spec(
        title="The baseline month does not count",
        question="14 headache days before treatment and 14 in two months after it: a run of three?",
        rules=("nice_ta260",),
        diary="""
        | patient | Days -28..-1 | Days 1..28 | Days 29..56 | Days 57..84 |
        | A       | 14 of 28     | 14 of 28   | 14 of 28    | 16 of 28    |
        | B       | 14 of 28     | 14 of 28   | 14 of 28    | 14 of 28    |
        """,
        arithmetic="""
        A: two months after the injection are below 15, `2 < 3`; `100 * (1 - 16/14) ~= -14.3`.
        B: three are. The limit asks for months below 15, not for a fall: `100 * (1 - 14/14) = 0`.
        """,
        expected="""
        | patient | reduction % | status        | verdict      |
        | A       | -14.28..    | non_responder | continue     |
        | B       | 0           | non_responder | stop_success |
        """,
        source="docs/rule-parameters.md, Verdict 1: baseline excluded",
    ),
    Spec(
        title="Thin months are prorated before they are compared",
        question="10 or 11 headaches in 20 recorded days: below 15 a month?",
        rules=("nice_ta260",),
        diary="""
        | patient | Days -28..-1 | Days 1..28 | Days 29..56 | Days 57..84 |
        | A       | 24 of 28     | 10 of 20   | 10 of 20    | 10 of 20    |
        | B       | 24 of 28     | 10 of 20   | 11 of 20    | 10 of 20    |
        """,
        arithmetic="""
        `10 * 28 = 280 < 300 = 15 * 20`, but `11 * 28 = 308 >= 300 = 15 * 20`.
        Response: `10 * 10 * 28 = 2800 <= 3360 = 7 * 24 * 20`.
        """,
        expected="""
        | patient | status    | verdict      |
        | A       | responder | stop_success |
        | B       | responder | continue     |
        """,
        source="docs/rule-parameters.md, Verdict 1",
    ),
    Spec(
        title="Success in a cycle that is not due",
        question="The run of three is complete with the first month of cycle 2. Must the verdict wait for Day 168?",
        rules=("nice_ta260",),
        injections="1, 85",
        cutoff=(111, 112, 168),
        diary="""
        Days -28..-1: 24 of 28
        Days 1..28: 20 of 28
        Days 29..56: 14 of 28
        Days 57..84: 14 of 28
        Days 85..112: 14 of 28
        """,
        arithmetic="""
        Day 111: the third month is not over, `111 < 112`.
        Day 112: it is, and `14 < 15`. The cycle itself is due on Day `84 + 84 = 168`.
        Day 168: nothing more was recorded; the cycle cannot be judged, the success stands.
        """,
        expected="""
        | cut-off | cycle | window   | status        | verdict      |
        | 111     | 1     | 57..84   | responder     | continue     |
        | 111     | 2     | 141..168 | not_due       | undetermined |
        | 112     | 1     | 57..84   | responder     | continue     |
        | 112     | 2     | 141..168 | not_due       | stop_success |
        | 168     | 1     | 57..84   | responder     | continue     |
        | 168     | 2     | 141..168 | not_evaluable | stop_success |
        """,
        source="docs/rule-parameters.md, Verdict 1: this does not need an evaluable cycle",
    ),
    Spec(
        title="Success without a baseline",
        question="No baseline diary, so no percentage. Can treatment be stopped for success?",
        rules=("nice_ta260",),
        diary="""
        Days 1..28: 14 of 28
        Days 29..56: 14 of 28
        Days 57..84: 14 of 28
        """,
        arithmetic="No reduction without a baseline; `14 < 15` three times.",
        expected="""
        | baseline | reduction % | status        | verdict      |
        | 0 of 0   | -           | not_evaluable | stop_success |
        """,
        source="docs/rule-parameters.md, Verdict 1",
    ),
    Spec(
        title="A month that does not exist is no gap, a short month is",
        question="The second injection comes on Day 57 or on Day 70. Is the run broken?",
        rules=("nice_ta260",),
        cutoff=112,
        diary="""
        | patient | injections | Days -28..-1 | Days 1..28 | Days 29..56 | Days 57..84 | Days 85..112 |
        | A       | 1, 57      | 20 of 28     | 14 of 28   | 14 of 28    | 14(HF)      | 14(HF)       |
        | B       | 1, 70      | 20 of 28     | 14 of 28   | 14 of 28    | 14(HF)      | 14(HF)       |
        """,
        arithmetic="""
        A: cycle 1 has two months; the next in time is Days 57-84, 14 headaches: a run of three that ends in cycle 2.
        B: cycle 1 has a third month of 13 days, Days 57-69; `13 < 20` is a gap. One month follows, Days 70-97.
        """,
        expected="""
        | patient | cycle | window   | status        | verdict      |
        | A       | 1     | none     | not_evaluable | undetermined |
        | A       | 2     | 113..140 | not_due       | stop_success |
        | B       | 1     | 57..69   | not_evaluable | undetermined |
        | B       | 2     | 126..153 | not_due       | undetermined |
        """,
        source="docs/rule-parameters.md, Verdict 1: months cut by the next injection are not in the sequence",
    ),
    Spec(
        title="How many months, and how well recorded",
        question="Two months wanted instead of three, or 14 recorded days instead of 20.",
        rules=(
            "nice_ta260",
            variant("two_months", "nice_ta260", stop_success={"months": 2}),
            variant("thin_months", "nice_ta260", stop_success={"min_recorded_days": 14}),
        ),
        diary="""
        | patient | Days -28..-1 | Days 1..28 | Days 29..56 | Days 57..84 |
        | A       | 24 of 28     | 16 of 28   | 14 of 28    | 14 of 28    |
        | B       | 24 of 28     | 7 of 14    | 14 of 28    | 14 of 28    |
        | C       | 24 of 28     | 14 of 28   | 14 of 28    | 16 of 28    |
        """,
        arithmetic="""
        A: `16 >= 15`, then two months below.
        B: `14 < 20` recorded days are a gap, unless 14 are enough: `7 * 28 = 196 < 210 = 15 * 14`.
        C: two good months, but the run has ended when the cycle ends: it need only end in a month of the cycle.
        """,
        expected="""
        | patient | rule set    | status    | verdict      |
        | A       | nice_ta260  | responder | continue     |
        | A       | two_months  | responder | stop_success |
        | A       | thin_months | responder | continue     |
        | B       | nice_ta260  | responder | continue     |
        | B       | two_months  | responder | stop_success |
        | B       | thin_months | responder | stop_success |
        | C       | nice_ta260  | responder | continue     |
        | C       | two_months  | responder | stop_success |
        | C       | thin_months | responder | continue     |
        """,
        source="docs/rule-parameters.md: stop_success.months, stop_success.min_recorded_days",
    ),
]

"""Which days of a cycle are judged, when injections come early or late."""

from tests.spec.format import Spec, variant

TITLE = "Windows"

BEFORE_NEXT = {"end": "next_injection"}
SHIFTED = variant("before_next", "nice_ta260", window=BEFORE_NEXT)

SPECS = [
    Spec(
        title="Which month of the cycle",
        question="8, 9 and 13 headache days in the three months after the injection: is it half of 20?",
        case="which month of the cycle",
        rules=(
            variant("first_month", "mbs_18377", window={"position": "first"}),
            variant("whole_cycle", "mbs_18377", window={"position": "whole"}),
            "mbs_18377",
        ),
        diary="""
        Days -28..-1: 20 of 28
        Days 1..28: 8 of 28
        Days 29..56: 9 of 28
        Days 57..84: 13 of 28
        """,
        arithmetic="""
        First month: `100 * (1 - 8/20) = 60`.
        Whole cycle: `8 + 9 + 13 = 30` of 84 days, `30 * 28 / 84 = 10`, `100 * (1 - 10/20) = 50`.
        Last month: `100 * (1 - 13/20) = 35`.
        """,
        expected="""
        | rule set    | window | headache | per month | reduction % | status        | verdict  |
        | first_month | 1..28  | 8 of 28  | 8         | 60          | responder     | continue |
        | whole_cycle | 1..84  | 30 of 84 | 10        | 50          | responder     | continue |
        | mbs_18377   | 57..84 | 13 of 28 | 13        | 35          | non_responder | continue |
        """,
        source="docs/rule-parameters.md: window.position",
    ),
    Spec(
        title="A late injection: Days 57-84, or the 28 days before it",
        question="The next injection came on Day 105, three weeks late, and the effect wore off. Which month counts?",
        case="late injection",
        rules=("mbs_18377", variant("before_next", "mbs_18377", window=BEFORE_NEXT)),
        injections="1, 105",
        cutoff=(104, 105),
        diary="""
        Days -28..-1: 20 of 28
        Days 57..76: 5 of 20
        Days 77..84: 4 of 8
        Days 85..104: 10 of 20
        """,
        arithmetic="""
        By protocol, Days 57-84: `5 + 4 = 9`, `100 * (1 - 9/20) = 55`.
        Before the actual injection, Days 77-104: `4 + 10 = 14`, `100 * (1 - 14/20) = 30`.
        On Day 104 nobody knows of the injection yet: Days 57-84 under both.
        """,
        expected="""
        | cut-off | rule set    | cycle | window   | headache | reduction % | status        | verdict      |
        | 104     | mbs_18377   | 1     | 57..84   | 9 of 28  | 55          | responder     | continue     |
        | 104     | before_next | 1     | 57..84   | 9 of 28  | 55          | responder     | continue     |
        | 105     | mbs_18377   | 1     | 57..84   | 9 of 28  | 55          | responder     | continue     |
        | 105     | before_next | 1     | 77..104  | 14 of 28 | 30          | non_responder | continue     |
        | 105     | mbs_18377   | 2     | 161..188 |          |             | not_due       | undetermined |
        | 105     | before_next | 2     | 161..188 |          |             | not_due       | undetermined |
        """,
        source="docs/rule-parameters.md: window.end. In REPOSE 79% of patients had an interval over 13 weeks",
    ),
    Spec(
        title="An early injection cuts the window short",
        question="Headache every other day. How early may the next injection come for the cycle to be judged?",
        rules=("nice_ta260",),
        diary="""
        | patient | injections | Days -28..-1 | Days 57..84 |
        | A       | 1, 77      | 20 of 28     | 14(HF)      |
        | B       | 1, 76      | 20 of 28     | 14(HF)      |
        """,
        arithmetic="""
        A: Days 57-76 are 20 days with 10 headaches, `10 * 10 * 28 = 2800 <= 2800 = 7 * 20 * 20`.
        B: Days 57-75 are 19 days, `19 < 20`: not evaluable although every day is recorded.
        Cycle 2 has its own window, Days 57-84 from its injection: A `77 + 56 = 133`, B `76 + 56 = 132`.
        """,
        expected="""
        | patient | cycle | window   | headache | reduction % | status        | verdict      |
        | A       | 1     | 57..76   | 10 of 20 | 30          | responder     | continue     |
        | A       | 2     | 133..160 | 0 of 0   |             | not_due       | undetermined |
        | B       | 1     | 57..75   | 10 of 19 |             | not_evaluable | undetermined |
        | B       | 2     | 132..159 | 0 of 0   |             | not_due       | undetermined |
        """,
        source="docs/rule-parameters.md, Windows: a next injection inside the window ends it the day before",
    ),
    Spec(
        title="An empty window",
        question="The next injection came on Day 57, before the last month began: what is left to judge?",
        rules=("nice_ta260", SHIFTED),
        cutoff=58,
        diary="""
        | patient | injections | Days -28..-1 | Days 1..58 |
        | A       | 1, 57      | 20 of 28     | 29(HF)     |
        | B       | 1, 58      | 20 of 28     | 29(HF)     |
        """,
        arithmetic="""
        A: Days 57-84 without Day 57 and later are no days at all. The window is empty: due at once, and not evaluable.
        B: one day is left, Day 57, with headache; `1 < 20`.
        Counted back from the injection there are 28 days: A Days 29-56, B Days 30-57, 14 headaches each,
        `10 * 14 = 140 <= 140 = 7 * 20`.
        """,
        expected="""
        | patient | rule set    | cycle | window   | headache | per month | reduction % | status        | verdict      |
        | A       | nice_ta260  | 1     | none     | 0 of 0   | -         | -           | not_evaluable | undetermined |
        | A       | before_next | 1     | 29..56   | 14 of 28 | 14        | 30          | responder     | continue     |
        | B       | nice_ta260  | 1     | 57..57   | 1 of 1   | 28        | -40         | not_evaluable | undetermined |
        | B       | before_next | 1     | 30..57   | 14 of 28 | 14        | 30          | responder     | continue     |
        | A       | nice_ta260  | 2     | 113..140 |          |           |             | not_due       | undetermined |
        | A       | before_next | 2     | 113..140 |          |           |             | not_due       | undetermined |
        | B       | nice_ta260  | 2     | 114..141 |          |           |             | not_due       | undetermined |
        | B       | before_next | 2     | 114..141 |          |           |             | not_due       | undetermined |
        """,
        source="docs/rule-parameters.md, Windows",
    ),
    Spec(
        title="A window never reaches back before Day 1",
        question="28 days before an injection on Day 22: do they include days before treatment?",
        rules=(SHIFTED,),
        cutoff=22,
        diary="""
        | patient | injections | Days -28..-1 | Days 1..21 |
        | A       | 1, 22      | 20 of 28     | 10 of 21   |
        | B       | 1, 20      | 20 of 28     | 10 of 21   |
        """,
        arithmetic="""
        A: Days 1-21, `100 * (1 - 10*28/(21*20)) ~= 33.3`.
        B: Days 1-19, `19 < 20`.
        """,
        expected="""
        | patient | cycle | window  | headache | reduction % | status        | verdict      |
        | A       | 1     | 1..21   | 10 of 21 | 33.33..     | responder     | continue     |
        | B       | 1     | 1..19   | 10 of 19 |             | not_evaluable | undetermined |
        | A       | 2     | 78..105 |          |             | not_due       | undetermined |
        | B       | 2     | 76..103 |          |             | not_due       | undetermined |
        """,
        source="docs/rule-parameters.md, Windows: last, next_injection",
    ),
]

"""Missing is not zero: a day without an answer is unknown, and too many unknown days leave nothing to judge."""

from tests.spec.format import Spec, variant

TITLE = "Missing days"

BEST = variant("best_case", "nice_ta260", window={"missing_days": "free"})
WORST = variant("worst_case", "nice_ta260", window={"missing_days": "headache"})

SPECS = [
    Spec(
        title="Four ways to read eight missing days",
        question="20 headache days at baseline; 10 headaches in 20 recorded days: by how much have they fallen?",
        case="missing days",
        rules=(
            "nice_ta260",
            BEST,
            WORST,
            variant("complete_month", "nice_ta260", window={"min_recorded_days": 23}),
        ),
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 10 of 20
        """,
        arithmetic="""
        Prorated: `10 * 28 / 20 = 14`, `100 * (1 - 14/20) = 30`.
        The eight missing days free: 10 of 28, `100 * (1 - 10/20) = 50`.
        The eight missing days with headache: `10 + 8 = 18` of 28, `100 * (1 - 18/20) = 10`.
        At least 23 recorded days wanted: `20 < 23`, not evaluable, whatever the reduction.
        """,
        expected="""
        | rule set       | headache | per month | reduction % | status        | verdict      |
        | nice_ta260     | 10 of 20 | 14        | 30          | responder     | continue     |
        | best_case      | 10 of 20 | 10        | 50          | responder     | continue     |
        | worst_case     | 10 of 20 | 18        | 10          | non_responder | continue     |
        | complete_month | 10 of 20 | 14        | 30          | not_evaluable | undetermined |
        """,
        source="docs/rule-parameters.md: window.missing_days, window.min_recorded_days",
    ),
    Spec(
        title="20 recorded days are enough, 19 are not",
        question="When is a window too thin to be judged?",
        rules=("nice_ta260", variant("fortnight", "nice_ta260", window={"min_recorded_days": 14})),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 8 of 20     |
        | B       | 20 of 28     | 8 of 19     |
        | C       | 20 of 28     | 7 of 14     |
        | D       | 20 of 28     | 6 of 13     |
        """,
        arithmetic="""
        A: 20 recorded, `100 * (1 - 8*28/(20*20)) = 44`.
        B: `19 < 20`. The reduction can be computed, `100 * (1 - 8*28/(19*20)) ~= 41.05`, but is not judged.
        C: 14 of 28 are enough for the fortnight rule, `10 * 7 * 28 = 1960 <= 1960 = 7 * 20 * 14`.
        D: `13 < 14`.
        """,
        expected="""
        | patient | rule set   | headache | reduction % | status        | verdict      |
        | A       | nice_ta260 | 8 of 20  | 44          | responder     | continue     |
        | A       | fortnight  | 8 of 20  | 44          | responder     | continue     |
        | B       | nice_ta260 | 8 of 19  | 41.05..     | not_evaluable | undetermined |
        | B       | fortnight  | 8 of 19  | 41.05..     | responder     | continue     |
        | C       | nice_ta260 | 7 of 14  | 30          | not_evaluable | undetermined |
        | C       | fortnight  | 7 of 14  | 30          | responder     | continue     |
        | D       | nice_ta260 | 6 of 13  | 35.38..     | not_evaluable | undetermined |
        | D       | fortnight  | 6 of 13  | 35.38..     | not_evaluable | undetermined |
        """,
        source="docs/rule-parameters.md: window.min_recorded_days",
    ),
    Spec(
        title="A row without an answer is not a recorded day",
        question="The patient opened the diary but did not answer the headache question: does the day count?",
        rules=("nice_ta260",),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 8H 12F 8?   |
        | B       | 20 of 28     | 8H 12F 8-   |
        | C       | 20 of 28     | 8H 11F 9?   |
        """,
        arithmetic="""
        A and B: 20 days are recorded either way, `100 * (1 - 8*28/(20*20)) = 44`.
        C: 28 rows, but `8 + 11 = 19` answers.
        """,
        expected="""
        | patient | headache | reduction % | status        | verdict      |
        | A       | 8 of 20  | 44          | responder     | continue     |
        | B       | 8 of 20  | 44          | responder     | continue     |
        | C       | 8 of 19  | 41.05..     | not_evaluable | undetermined |
        """,
        source="docs/rule-parameters.md, Headache day and recorded day",
    ),
    Spec(
        title="The policy is about the window, never about the baseline",
        question="Ten headaches in 20 recorded baseline days: are the eight missing ones filled in, too?",
        rules=("nice_ta260", BEST, WORST),
        diary="""
        Days -28..-1: 10 of 20
        Days 57..84: 10 of 28
        """,
        arithmetic="""
        Baseline prorated in all three: `10 * 28 / 20 = 14` a month.
        `100 * (1 - 10*20/(28*10)) ~= 28.57`: below 30% whatever the policy, for the window is complete.
        """,
        expected="""
        | rule set   | baseline | at baseline | per month | reduction % | status        | verdict  |
        | nice_ta260 | 10 of 20 | 14          | 10        | 28.57..     | non_responder | continue |
        | best_case  | 10 of 20 | 14          | 10        | 28.57..     | non_responder | continue |
        | worst_case | 10 of 20 | 14          | 10        | 28.57..     | non_responder | continue |
        """,
        source="docs/rule-parameters.md, Counts: baseline is always prorated",
    ),
    Spec(
        title="An attack-only diary invents no headache-free day",
        question="An app exports attacks only: 12 headache days and nothing else. Is the rest of the month free?",
        rules=("nice_ta260", BEST, WORST),
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 12 of 12
        """,
        arithmetic="""
        12 recorded days, all with headache; `12 < 20`: not evaluable. A policy does not lower the minimum.
        Prorated and worst case `12 * 28 / 12 = 28`, best case 12.
        """,
        expected="""
        | rule set   | headache | per month | reduction % | status        | verdict      |
        | nice_ta260 | 12 of 12 | 28        | -40         | not_evaluable | undetermined |
        | best_case  | 12 of 12 | 12        | 40          | not_evaluable | undetermined |
        | worst_case | 12 of 12 | 28        | -40         | not_evaluable | undetermined |
        """,
        source="docs/rule-parameters.md, Status",
    ),
]

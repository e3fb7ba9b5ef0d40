"""The four statuses, and that every cycle given has one."""

from tests.spec.format import Spec

TITLE = "Statuses"

SPECS = [
    Spec(
        title="The four statuses in one patient",
        question="Four injections; the third month to be judged is thin, the fourth is not over. What is said of each?",
        rules=("nice_ta260",),
        injections="1, 85, 169, 253",
        cutoff=335,
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 14 of 28
        Days 141..168: 15 of 28
        Days 225..252: 14 of 19
        Days 309..335: 10 of 27
        """,
        arithmetic="""
        Cycle 1: `10 * 14 = 140 <= 140 = 7 * 20`.
        Cycle 2: `10 * 15 = 150 > 140 = 7 * 20`; from cycle 2 on a miss is a reason to stop.
        Cycle 3: `19 < 20` recorded days. Nothing new is known, so the stop stands.
        Cycle 4: the window ends on Day 336, `336 > 335`. The 27 days seen so far decide nothing.
        """,
        expected="""
        | cycle | window   | headache | status        | verdict          |
        | 1     | 57..84   | 14 of 28 | responder     | continue         |
        | 2     | 141..168 | 15 of 28 | non_responder | stop_no_response |
        | 3     | 225..252 | 14 of 19 | not_evaluable | stop_no_response |
        | 4     | 309..336 | 10 of 27 | not_due       | stop_no_response |
        """,
        source="docs/rule-parameters.md, Status",
    ),
    Spec(
        title="Due on the last day of the window, not the day before",
        question="From which day on has a cycle a result?",
        rules=("nice_ta260",),
        cutoff=(83, 84),
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 14 of 28
        """,
        arithmetic="On Day 83, `83 < 84`. On Day 84, `84 >= 84`, and `10 * 14 = 140 <= 140 = 7 * 20`.",
        expected="""
        | cut-off | window | headache | status    | verdict      |
        | 83      | 57..84 | 14 of 27 | not_due   | undetermined |
        | 84      | 57..84 | 14 of 28 | responder | continue     |
        """,
        source="docs/rule-parameters.md, Windows: due",
    ),
    Spec(
        title="An early injection makes a cycle due",
        question="The second injection comes on Day 78. Is cycle 1 judged before Day 84?",
        rules=("nice_ta260",),
        injections="1, 78",
        cutoff=(77, 78),
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 14(HF)
        """,
        arithmetic="""
        Day 77: no second injection is known, the window lasts to Day 84.
        Day 78: the window was Days 57-77, 21 days with 11 headaches: `10 * 11 * 28 = 3080 > 2940 = 7 * 20 * 21`.
        """,
        expected="""
        | cut-off | cycle | window   | headache | status        | verdict      |
        | 77      | 1     | 57..84   | 11 of 21 | not_due       | undetermined |
        | 78      | 1     | 57..77   | 11 of 21 | non_responder | continue     |
        | 78      | 2     | 134..161 | 0 of 0   | not_due       | undetermined |
        """,
        source="docs/rule-parameters.md, Windows",
    ),
    Spec(
        title="Not due comes before not evaluable",
        question="There is no diary after the injection at all. When is that held against the cycle?",
        rules=("nice_ta260", "article"),
        cutoff=(83, 84),
        diary="Days -28..-1: 20 of 28",
        arithmetic="Day 83: the diary may still come, `83 < 84`. Day 84: `0 < 20` recorded days.",
        expected="""
        | cut-off | rule set   | headache | status        | verdict      |
        | 83      | nice_ta260 | 0 of 0   | not_due       | undetermined |
        | 83      | article    | 0 of 0   | not_due       | undetermined |
        | 84      | nice_ta260 | 0 of 0   | not_evaluable | undetermined |
        | 84      | article    | 0 of 0   | not_evaluable | undetermined |
        """,
        source="docs/rule-parameters.md, Status 1 and 2",
    ),
    Spec(
        title="Three ways to be not evaluable",
        question="Which lack makes a percentage impossible?",
        rules=("nice_ta260",),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 13 of 19    |
        | B       | 14 of 19     | 13 of 28    |
        | C       | 0 of 28      | 13 of 28    |
        | D       | 20 of 28     | 13 of 28    |
        """,
        arithmetic="""
        A: window too thin, `19 < 20`.
        B: baseline too thin, `19 < 20`.
        C: no headache at baseline to fall from.
        D: nothing is lacking, `10 * 13 = 130 <= 140 = 7 * 20`.
        """,
        expected="""
        | patient | baseline | headache | status        | verdict      |
        | A       | 20 of 28 | 13 of 19 | not_evaluable | undetermined |
        | B       | 14 of 19 | 13 of 28 | not_evaluable | undetermined |
        | C       | 0 of 28  | 13 of 28 | not_evaluable | undetermined |
        | D       | 20 of 28 | 13 of 28 | responder     | continue     |
        """,
        source="docs/rule-parameters.md, Status 2",
    ),
    Spec(
        title="Every cycle given has a row",
        question="A was treated and kept no diary; B kept a diary and was never treated. Who is in the table?",
        rules=("nice_ta260",),
        cutoff=252,
        diary="""
        | patient | injections | Days -28..-1 |
        | A       | 1, 85, 169 |              |
        | B       | none       | 20 of 28     |
        """,
        arithmetic="""
        A has three cycles, the last one due on Day `168 + 84 = 252`, and none of them recorded.
        B has no Day 1, hence no cycle.
        """,
        expected="""
        | patient | cycle | baseline | headache | reduction % | status        | verdict      |
        | A       | 1     | 0 of 0   | 0 of 0   | -           | not_evaluable | undetermined |
        | A       | 2     | 0 of 0   | 0 of 0   | -           | not_evaluable | undetermined |
        | A       | 3     | 0 of 0   | 0 of 0   | -           | not_evaluable | undetermined |
        """,
        eligibility="""
        | patient | baseline | > 15 (article) | >= 15 (ICHD-3) | overuse | preventives failed | eligible |
        | A       | 0 of 0   | unknown        | unknown        | unknown | unknown            | unknown  |
        | B       | -        | unknown        | unknown        | unknown | unknown            | unknown  |
        """,
        source="data/dictionary/analysis.toml: one row per rule set, subject and cycle given",
    ),
    Spec(
        title="A study without a single diary day",
        question="The injections are known, the diaries have not arrived. Is the study empty?",
        rules=("nice_ta260",),
        cutoff=(83, 84),
        diary="Days 1..84: -",
        arithmetic="Day 83: `83 < 84`, not due. Day 84: `0 < 20` recorded days.",
        expected="""
        | cut-off | baseline | headache | status        | verdict      |
        | 83      | 0 of 0   | 0 of 0   | not_due       | undetermined |
        | 84      | 0 of 0   | 0 of 0   | not_evaluable | undetermined |
        """,
        source="data/dictionary/analysis.toml: one row per rule set, subject and cycle given",
    ),
]

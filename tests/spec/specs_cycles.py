"""What opens a cycle, and which data count."""

from tests.spec.format import LATEST_DIARY_DAY, Spec, variant

TITLE = "Cycles and the cut-off"

SPECS = [
    Spec(
        title="The whole cycle, to Day 84 or to the next injection",
        question="Three weeks of headache between Day 84 and a late injection: do they belong to the cycle?",
        rules=(
            variant("whole", "mbs_18377", window={"position": "whole"}),
            variant("whole_to_next", "mbs_18377", window={"position": "whole", "end": "next_injection"}),
        ),
        injections="1, 105",
        cutoff=105,
        diary="""
        Days -28..-1: 28 of 28
        Days 1..84: 42 of 84
        Days 85..104: 20 of 20
        """,
        arithmetic="""
        Days 1-84: `100 * (1 - 42/84) = 50`.
        Days 1-104: `42 + 20 = 62` headaches, `100 * (1 - 62/104) ~= 40.4`.
        No injection after Day 105 is known: cycle 2 is planned to end on its Day 84, `105 + 83 = 188`.
        """,
        expected="""
        | rule set      | cycle | window   | headache  | reduction % | status        | verdict      |
        | whole         | 1     | 1..84    | 42 of 84  | 50          | responder     | continue     |
        | whole_to_next | 1     | 1..104   | 62 of 104 | 40.38..     | non_responder | continue     |
        | whole         | 2     | 105..188 |           |             | not_due       | undetermined |
        | whole_to_next | 2     | 105..188 |           |             | not_due       | undetermined |
        """,
        source="docs/rule-parameters.md, Windows: whole",
    ),
    Spec(
        title="Several injection rows on one date are one injection",
        question="A row per muscle, three on Day 1 and two on Day 85: how many cycles?",
        rules=("nice_ta260",),
        injections="1, 1, 1, 85, 85",
        cutoff=168,
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 14 of 28
        Days 141..168: 14 of 28
        """,
        arithmetic="Two dates, two cycles; in each `10 * 14 = 140 <= 140 = 7 * 20`.",
        expected="""
        | cycle | window   | headache | reduction % | status    | verdict  |
        | 1     | 57..84   | 14 of 28 | 30          | responder | continue |
        | 2     | 141..168 | 14 of 28 | 30          | responder | continue |
        """,
        source="data/dictionary/tabulation.toml: injections, a row per muscle; an injection date is Day 1 of a cycle",
    ),
    Spec(
        title="An injection after the cut-off has not happened",
        question="The second injection, on Day 70, cuts the window short. What is known on Day 69?",
        rules=("nice_ta260",),
        injections="1, 70",
        cutoff=(69, 70),
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 14(HF)
        """,
        arithmetic="""
        On Day 69 there is one cycle, with a window up to Day 84: not due.
        From Day 70 on the window is Days 57-69, over and done: 13 days, `13 < 20`. Cycle 2: `70 + 56 = 126`.
        """,
        expected="""
        | cut-off | cycle | window   | headache | status        | verdict      |
        | 69      | 1     | 57..84   | 7 of 13  | not_due       | undetermined |
        | 70      | 1     | 57..69   | 7 of 13  | not_evaluable | undetermined |
        | 70      | 2     | 126..153 | 0 of 0   | not_due       | undetermined |
        """,
        source="docs/rule-parameters.md, Windows: days and injections on or before the cut-off",
    ),
    Spec(
        title="A diary day after the cut-off does not count",
        question="The diary is complete to Day 84, the analysis is cut off on Day 70: what is counted?",
        rules=("nice_ta260",),
        cutoff=(70, 84),
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 14(HF)
        """,
        arithmetic="Days 57-70: 14 days, 7 headaches. Days 57-84: 28 and 14, `10 * 14 = 140 <= 140 = 7 * 20`.",
        expected="""
        | cut-off | window | headache | status    | verdict      |
        | 70      | 57..84 | 7 of 14  | not_due   | undetermined |
        | 84      | 57..84 | 14 of 28 | responder | continue     |
        """,
        source="docs/rule-parameters.md, Windows: days and injections on or before the cut-off",
    ),
    Spec(
        title="Without a cut-off: the latest diary day",
        question="The last diary row is that of Day 84, and its headache question is not answered.",
        rules=("nice_ta260",),
        cutoff=LATEST_DIARY_DAY,
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 13H 14F ?
        """,
        arithmetic="Due on Day 84, 27 days recorded: `10 * 13 * 28 = 3640 <= 3780 = 7 * 20 * 27`.",
        expected="""
        | window | headache | reduction % | status    | verdict  |
        | 57..84 | 13 of 27 | 32.59..     | responder | continue |
        """,
        source="docs/rule-parameters.md, Windows: days and injections on or before the cut-off",
    ),
    Spec(
        title="Without a cut-off, and the diary a day shorter",
        question="The same diary, but there is no row for Day 84.",
        rules=("nice_ta260",),
        cutoff=LATEST_DIARY_DAY,
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 13H 14F
        """,
        arithmetic="The latest diary day is Day 83, and `83 < 84`: the window has not ended.",
        expected="""
        | window | headache | status  | verdict      |
        | 57..84 | 13 of 27 | not_due | undetermined |
        """,
        source="docs/rule-parameters.md, Windows: days and injections on or before the cut-off",
    ),
]

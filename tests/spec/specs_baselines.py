"""The days a cycle is compared with: those before the first injection, or before each."""

from tests.spec.format import Spec, variant

TITLE = "Baselines"

FIRST = {"anchor": "first_injection"}

SPECS = [
    Spec(
        title="Before the first injection, or before each",
        question="24 headache days before treatment, 12 before the third injection, 10 after it: a response?",
        case="baseline before the first or each injection",
        rules=(variant("from_first", "ehf_2018", baseline=FIRST), "ehf_2018"),
        injections="1, 85, 169",
        cutoff=196,
        diary="""
        Days -28..-1: 24 of 28
        Days 141..168: 12 of 28
        Days 169..196: 10 of 28
        """,
        arithmetic="""
        Against the month before the first injection: `100 * (1 - 10/24) ~= 58.3`.
        Against the month before the third: `100 * (1 - 10/12) ~= 16.7`.
        A long success can hardly go on succeeding under the second reading.
        """,
        expected="""
        | rule set   | cycle | baseline days | baseline | headache | reduction % | status        | verdict      |
        | from_first | 1     | -28..-1       | 24 of 28 | 0 of 0   | -           | not_evaluable | undetermined |
        | from_first | 2     | -28..-1       | 24 of 28 | 0 of 0   | -           | not_evaluable | undetermined |
        | from_first | 3     | -28..-1       | 24 of 28 | 10 of 28 | 58.33..     | responder     | continue     |
        | ehf_2018   | 1     | -28..-1       | 24 of 28 | 0 of 0   | -           | not_evaluable | undetermined |
        | ehf_2018   | 2     | 57..84        | 0 of 0   | 0 of 0   | -           | not_evaluable | undetermined |
        | ehf_2018   | 3     | 141..168      | 12 of 28 | 10 of 28 | 16.66..     | non_responder | continue     |
        """,
        source="Bendtsen L et al. J Headache Pain 2018;19:91; docs/rule-parameters.md: baseline.anchor",
    ),
    Spec(
        title="Day -1 is the day before Day 1, and the injection day belongs to the new cycle",
        question="Headaches sit on the days next to every border: which of them are counted?",
        rules=("ehf_2018",),
        injections="1, 85",
        cutoff=113,
        diary="""
        Days -30..-29: HH
        Days -28..-1: 20 of 28
        Day 1: H
        Days 2..28: 13 of 27
        Day 56: H
        Days 57..84: 14 of 28
        Day 85: H
        Days 86..112: 8 of 27
        Day 113: H
        """,
        arithmetic="""
        Cycle 1: Days -28..-1 hold 20, Days 1-28 hold `1 + 13 = 14`: `100 * (1 - 14/20) = 30`.
        Cycle 2: Days 57-84 hold 14, Days 85-112 hold `1 + 8 = 9`: `100 * (1 - 9/14) ~= 35.7`.
        """,
        expected="""
        | cycle | baseline days | baseline | window  | headache | reduction % | status    | verdict  |
        | 1     | -28..-1       | 20 of 28 | 1..28   | 14 of 28 | 30          | responder | continue |
        | 2     | 57..84        | 14 of 28 | 85..112 | 9 of 28  | 35.71..     | responder | continue |
        """,
        source="CDISC SDTM: study day of the reference date is 1, there is no Day 0",
    ),
    Spec(
        title="A baseline may reach back over an earlier injection",
        question="The second injection came on Day 21: which 28 days are 'before that injection'?",
        rules=("ehf_2018",),
        injections="1, 21",
        cutoff=48,
        diary="""
        Days -28..-1: 20F 8H
        Days 1..20: 12 of 20
        Days 21..48: 14 of 28
        """,
        arithmetic="""
        Cycle 1: Days 1-20, `12 * 28 / 20 = 16.8` a month against 8: `100 * (1 - 16.8/8) = -110`.
        Cycle 2: Days -8..20 are `8 + 20 = 28` days, for there is no Day 0, with `8 + 12 = 20` headaches;
        `10 * 14 = 140 <= 140 = 7 * 20`.
        """,
        expected="""
        | cycle | baseline days | baseline | window | headache | reduction % | status        | verdict  |
        | 1     | -28..-1       | 8 of 28  | 1..20  | 12 of 20 | -110        | non_responder | continue |
        | 2     | -8..20        | 20 of 28 | 21..48 | 14 of 28 | 30          | responder     | continue |
        """,
        source="docs/rule-parameters.md: baseline.anchor = each_injection",
    ),
    Spec(
        title="A baseline of 30 days",
        question="Two free days before Day -28: does a longer baseline take them in?",
        rules=("nice_ta260", variant("thirty_days", "nice_ta260", baseline={"days": 30})),
        diary="""
        Days -30..-29: FF
        Days -28..-1: 20 of 28
        Days 57..84: 14 of 28
        """,
        arithmetic="""
        28 days: `10 * 14 * 28 = 3920 <= 3920 = 7 * 20 * 28`.
        30 days: `10 * 14 * 30 = 4200 > 3920 = 7 * 20 * 28`, `20 * 28 / 30 ~= 18.67` a month.
        """,
        expected="""
        | rule set    | baseline days | baseline | at baseline | reduction % | status        | verdict  |
        | nice_ta260  | -28..-1       | 20 of 28 | 20          | 30          | responder     | continue |
        | thirty_days | -30..-1       | 20 of 30 | 18.66..     | 25          | non_responder | continue |
        """,
        source="docs/rule-parameters.md: baseline.days",
    ),
]

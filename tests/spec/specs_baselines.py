"""The days a cycle is compared with: before the first injection or before each, recorded well enough, and not empty."""

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
        | rule set   | cycle | baseline days | baseline | window   | headache | reduction % | status        | verdict      |
        | from_first | 1     | -28..-1       | 24 of 28 | 1..28    | 0 of 0   | -           | not_evaluable | undetermined |
        | from_first | 2     | -28..-1       | 24 of 28 | 85..112  | 0 of 0   | -           | not_evaluable | undetermined |
        | from_first | 3     | -28..-1       | 24 of 28 | 169..196 | 10 of 28 | 58.33..     | responder     | continue     |
        | ehf_2018   | 1     | -28..-1       | 24 of 28 | 1..28    | 0 of 0   | -           | not_evaluable | undetermined |
        | ehf_2018   | 2     | 57..84        | 0 of 0   | 85..112  | 0 of 0   | -           | not_evaluable | undetermined |
        | ehf_2018   | 3     | 141..168      | 12 of 28 | 169..196 | 10 of 28 | 16.66..     | non_responder | continue     |
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
        | rule set    | baseline days | baseline | baseline / month | reduction % | status        | verdict  |
        | nice_ta260  | -28..-1       | 20 of 28 | 20               | 30          | responder     | continue |
        | thirty_days | -30..-1       | 20 of 30 | 18.66..          | 25          | non_responder | continue |
        """,
        source="docs/rule-parameters.md: baseline.days",
    ),
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
        A: a change from 0 is no percentage, neither 0 nor 100. The article's rule still holds: 18 free days, `18 >= 14`.
        B: nothing to compare with, and the baseline rate itself is unknown.
        C: `100 * (1 - 0/1) = 100`.
        """,
        expected="""
        | patient | rule set   | baseline | baseline / month | reduction % | status        | verdict      |
        | A       | nice_ta260 | 0 of 28  | 0                | -           | not_evaluable | undetermined |
        | A       | article    | 0 of 28  | 0                | -           | responder     | continue     |
        | B       | nice_ta260 | 0 of 0   | -                | -           | not_evaluable | undetermined |
        | B       | article    | 0 of 0   | -                | -           | responder     | continue     |
        | C       | nice_ta260 | 1 of 28  | 1                | 100         | responder     | continue     |
        | C       | article    | 1 of 28  | 15/14            | 100         | responder     | continue     |
        """,
        source="docs/rule-parameters.md, Status and Counts",
    ),
    Spec(
        title="A perfect month spoils the next comparison",
        question="No headache before the second injection and none after it: what does the European guideline say?",
        rules=("ehf_2018", variant("from_first", "ehf_2018", baseline=FIRST)),
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

"""The days of a cycle and of its three months, and what is counted in them."""

from tests.spec.format import Spec

TITLE = "Days and months of a cycle"

SPECS = [
    Spec(
        title="A cycle ends on Day 84, or the day before the next injection",
        question="Injections on Days 1, 70 and 175: which days belong to which cycle?",
        rules=("nice_ta260",),
        injections="1, 70, 175",
        cutoff=175,
        diary="Days -28..-1: 20 of 28",
        arithmetic="""
        Cycle 1 is cut by the injection on Day 70, which belongs to cycle 2.
        Cycle 2 has 84 days, `70 + 83 = 153`; Days 154-174 belong to no cycle.
        Cycle 3: `175 + 83 = 258`, as far as is known.
        """,
        cycles="""
        | cycle | days     | next injection |
        | 1     | 1..69    | 70             |
        | 2     | 70..153  | 175            |
        | 3     | 175..258 | -              |
        """,
        source="data/dictionary/analysis.toml: cycles; data/protocol.toml: cycle_days",
    ),
    Spec(
        title="Months are cut at the end of their cycle",
        question="Which months have an early (Day 50) and a late (Day 105) second injection?",
        rules=("nice_ta260",),
        cutoff=105,
        diary="""
        | patient | injections | Days -28..-1 | Days 1..104 |
        | A       | 1, 50      | 20 of 28     | 52(HF)      |
        | B       | 1, 105     | 20 of 28     | 52(HF)      |
        """,
        arithmetic="""
        Headache on odd days. A: month 2 ends on Day 49, `(49 - 29) / 2 + 1 = 11` headaches; month 3 does not exist.
        A, cycle 2, month 2: Days 78-105, Day 105 is not recorded, `(103 - 79) / 2 + 1 = 13` of 27.
        B: Days 85-104 come after Day 84 and belong to no month.
        """,
        months="""
        | patient | cycle | month | days     | headache | due | evaluable |
        | A       | 0     | 1     | -28..-1  | 20 of 28 | yes | yes       |
        | A       | 1     | 1     | 1..28    | 14 of 28 | yes | yes       |
        | A       | 1     | 2     | 29..49   | 11 of 21 | yes | yes       |
        | A       | 2     | 1     | 50..77   | 14 of 28 | yes | yes       |
        | A       | 2     | 2     | 78..105  | 13 of 27 | yes | yes       |
        | A       | 2     | 3     | 106..133 | 0 of 0   | no  | no        |
        | B       | 0     | 1     | -28..-1  | 20 of 28 | yes | yes       |
        | B       | 1     | 1     | 1..28    | 14 of 28 | yes | yes       |
        | B       | 1     | 2     | 29..56   | 14 of 28 | yes | yes       |
        | B       | 1     | 3     | 57..84   | 14 of 28 | yes | yes       |
        | B       | 2     | 1     | 105..132 | 0 of 0   | no  | no        |
        | B       | 2     | 2     | 133..160 | 0 of 0   | no  | no        |
        | B       | 2     | 3     | 161..188 | 0 of 0   | no  | no        |
        """,
        source="data/dictionary/analysis.toml: months; data/protocol.toml: months_per_cycle",
    ),
    Spec(
        title="What else is counted in a month",
        question="Severity, hours, medication, free days: which days count for what?",
        rules=("nice_ta260",),
        cutoff=28,
        diary="""
        Days -28..-1: 20 of 28
        Days 1..28: 6H 4m 2v 3t 2f 8F 3?
        """,
        arithmetic="""
        Recorded `6 + 4 + 2 + 3 + 2 + 8 = 25`, with headache `6 + 4 + 2 + 3 = 15`.
        Moderate or severe: all but the four mild ones, `15 - 4 = 11`.
        Hours: `6 * 6 + 4 * 6 + 2 * 6 + 3 * 1.5 = 76.5`; at baseline `20 * 6 = 120`.
        Acute medication on `3 + 2 = 5` days, two of them free of headache; crystal clear `2 + 8 = 10`.
        Months 2 and 3 are not over.
        """,
        months="""
        | cycle | month | days    | headache | moderate or severe | hours | acute medication | crystal clear | due |
        | 0     | 1     | -28..-1 | 20 of 28 | 20                 | 120   | 0                | 8             | yes |
        | 1     | 1     | 1..28   | 15 of 25 | 11                 | 76.5  | 5                | 10            | yes |
        | 1     | 2     | 29..56  | 0 of 0   | 0                  |       | 0                | 0             | no  |
        | 1     | 3     | 57..84  | 0 of 0   | 0                  |       | 0                | 0             | no  |
        """,
        source="data/dictionary/analysis.toml: months; data/protocol.toml: min_moderate_severity",
    ),
]

"""The aim is reached: a run of consecutive months below the limit."""

from tests.spec.format import Spec, variant

TITLE = "Stopping for success"

SPECS = [
    Spec(
        title="NICE against the European guideline",
        question="Three months with 12 headache days each: has the patient recovered?",
        case="NICE against EHF success",
        rules=("nice_ta260", "ehf_2018"),
        diary="""
        Days -28..-1: 20 of 28
        Days 1..28: 12 of 28
        Days 29..56: 12 of 28
        Days 57..84: 12 of 28
        """,
        arithmetic="`12 < 15`: NICE stops for success. `12 >= 10`: the European guideline continues.",
        expected="""
        | rule set   | window | reduction % | status    | verdict      |
        | nice_ta260 | 57..84 | 40          | responder | stop_success |
        | ehf_2018   | 1..28  | 40          | responder | continue     |
        """,
        source="NICE TA260 (2012), section 1; Bendtsen L et al. J Headache Pain 2018;19:91",
    ),
    Spec(
        title="Below the limit, not at it",
        question="One of three months has exactly 15, or exactly 10, headache days.",
        rules=("nice_ta260", "ehf_2018"),
        diary="""
        | patient | Days -28..-1 | Days 1..28 | Days 29..56 | Days 57..84 |
        | A       | 24 of 28     | 14 of 28   | 14 of 28    | 14 of 28    |
        | B       | 24 of 28     | 14 of 28   | 14 of 28    | 15 of 28    |
        | C       | 24 of 28     | 9 of 28    | 9 of 28     | 9 of 28     |
        | D       | 24 of 28     | 9 of 28    | 9 of 28     | 10 of 28    |
        """,
        arithmetic="""
        NICE: `14 * 28 = 392 < 420 = 15 * 28`, but `15 * 28 = 420 >= 420`.
        European guideline: `9 * 28 = 252 < 280 = 10 * 28`, but `10 * 28 = 280 >= 280`.
        """,
        expected="""
        | patient | rule set   | status    | verdict      |
        | A       | nice_ta260 | responder | stop_success |
        | A       | ehf_2018   | responder | continue     |
        | B       | nice_ta260 | responder | continue     |
        | B       | ehf_2018   | responder | continue     |
        | C       | nice_ta260 | responder | stop_success |
        | C       | ehf_2018   | responder | stop_success |
        | D       | nice_ta260 | responder | stop_success |
        | D       | ehf_2018   | responder | continue     |
        """,
        source="docs/rule-parameters.md: stop_success.headache_days_below",
    ),
    Spec(
        title="A gap breaks the run",
        question="14, 14, a month that is not recorded, 14: three consecutive months below 15?",
        case="three consecutive months",
        rules=("nice_ta260",),
        injections="1, 85",
        cutoff=168,
        diary="""
        | patient | -28..-1  | 1..28    | 29..56   | 57..84   | 85..112  | 113..140 | 141..168 |
        | A       | 24 of 28 | 14 of 28 | 14 of 28 | 14 of 28 | 14 of 28 | 14 of 28 | 16 of 28 |
        | B       | 24 of 28 | 14 of 28 | 14 of 28 |          | 14 of 28 | 14 of 28 | 16 of 28 |
        | C       | 24 of 28 | 14 of 28 | 14 of 28 | 10 of 20 | 14 of 28 | 14 of 28 | 16 of 28 |
        | D       | 24 of 28 | 14 of 28 | 14 of 28 | 10 of 19 | 14 of 28 | 14 of 28 | 16 of 28 |
        """,
        arithmetic="""
        A: five months below 15; runs of three end in cycle 1 and in cycle 2.
        B: two months, a gap, two months, and `16 >= 15`: no run of three.
        C: 20 recorded days are enough for a month, `10 * 28 = 280 < 300 = 15 * 20`: no gap.
        D: `19 < 20`: a gap.
        Last month of cycle 2: `10 * 16 = 160 <= 168 = 7 * 24`, a response.
        """,
        expected="""
        | patient | cycle | headache | status        | verdict      |
        | A       | 1     | 14 of 28 | responder     | stop_success |
        | A       | 2     | 16 of 28 | responder     | stop_success |
        | B       | 1     | 0 of 0   | not_evaluable | undetermined |
        | B       | 2     | 16 of 28 | responder     | continue     |
        | C       | 1     | 10 of 20 | responder     | stop_success |
        | C       | 2     | 16 of 28 | responder     | stop_success |
        | D       | 1     | 10 of 19 | not_evaluable | undetermined |
        | D       | 2     | 16 of 28 | responder     | continue     |
        """,
        source="NICE TA260 (2012), section 1: three consecutive months",
    ),
    Spec(
        title="A run across two cycles, and success beats no response",
        question="The third month below 15 is the first of cycle 2, then the effect is lost. Which verdict?",
        rules=("nice_ta260", variant("no_success", "nice_ta260", stop_success=None)),
        injections="1, 85",
        cutoff=168,
        diary="""
        | patient | -28..-1  | 1..28    | 29..56   | 57..84   | 85..112  | 113..140 | 141..168 |
        | A       | 24 of 28 | 20 of 28 | 14 of 28 | 14 of 28 | 14 of 28 | 20 of 28 | 20 of 28 |
        | B       | 24 of 28 | 20 of 28 | 14 of 28 | 14 of 28 | 15 of 28 | 14 of 28 | 14 of 28 |
        """,
        arithmetic="""
        A: 14, 14 | 14 is a run of three that ends in cycle 2; success comes first.
        A without that rule: `10 * 20 = 200 > 168 = 7 * 24`, a stop for lack of response.
        B: `15 >= 15` starts the count anew; 14, 14 is too short. `10 * 14 = 140 <= 168 = 7 * 24`.
        """,
        expected="""
        | patient | rule set   | cycle | status        | verdict          |
        | A       | nice_ta260 | 1     | responder     | continue         |
        | A       | nice_ta260 | 2     | non_responder | stop_success     |
        | A       | no_success | 1     | responder     | continue         |
        | A       | no_success | 2     | non_responder | stop_no_response |
        | B       | nice_ta260 | 1     | responder     | continue         |
        | B       | nice_ta260 | 2     | responder     | continue         |
        | B       | no_success | 1     | responder     | continue         |
        | B       | no_success | 2     | responder     | continue         |
        """,
        source="docs/rule-parameters.md, Verdict: the first that applies",
    ),
]

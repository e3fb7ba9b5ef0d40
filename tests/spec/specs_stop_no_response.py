"""Which cycle decides, and how many of them it takes."""

from tests.spec.format import Spec, variant

TITLE = "Stopping for lack of response"

EVERY_TWO = variant("every_two", "nice_ta260", stop_no_response={"mode": "every"})

SPECS = [
    Spec(
        title="'After two cycles': the latest, or both",
        question="35% in cycle 1 and 25% in cycle 2: has the patient failed after two cycles?",
        case="after two cycles",
        rules=("nice_ta260", EVERY_TWO),
        injections="1, 85",
        cutoff=168,
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 13 of 28
        Days 141..168: 15 of 28
        """,
        arithmetic="""
        Cycle 1: `10 * 13 = 130 <= 140 = 7 * 20`. Cycle 2: `10 * 15 = 150 > 140 = 7 * 20`.
        The latest cycle fails: stop. Not every one of the two fails: continue.
        """,
        expected="""
        | rule set   | cycle | reduction % | status        | verdict          |
        | nice_ta260 | 1     | 35          | responder     | continue         |
        | nice_ta260 | 2     | 25          | non_responder | stop_no_response |
        | every_two  | 1     | 35          | responder     | continue         |
        | every_two  | 2     | 25          | non_responder | continue         |
        """,
        source="NICE TA260 (2012), section 1; docs/rule-parameters.md: stop_no_response.mode",
    ),
    Spec(
        title="The latest cycle decides again each time",
        question="Two failures, then a response: is the patient still to be stopped?",
        rules=("nice_ta260",),
        injections="1, 85, 169",
        cutoff=252,
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 16 of 28
        Days 141..168: 16 of 28
        Days 225..252: 13 of 28
        """,
        arithmetic="`10 * 16 = 160 > 140 = 7 * 20` twice, then `10 * 13 = 130 <= 140`. Cycle 1 is too early to stop.",
        expected="""
        | cycle | reduction % | status        | verdict          |
        | 1     | 20          | non_responder | continue         |
        | 2     | 20          | non_responder | stop_no_response |
        | 3     | 35          | responder     | continue         |
        """,
        source="docs/rule-parameters.md, Verdict 2: latest",
    ),
    Spec(
        title="A first cycle that cannot be judged still counts as a cycle",
        question="Nothing is known of cycle 1, cycle 2 fails: is this 'after two cycles'?",
        rules=("nice_ta260", EVERY_TWO),
        injections="1, 85",
        cutoff=168,
        diary="""
        Days -28..-1: 20 of 28
        Days 141..168: 16 of 28
        """,
        arithmetic="""
        Latest: cycle number `2 >= 2`, and `10 * 16 = 160 > 140 = 7 * 20`: stop.
        Every: one evaluable cycle, `1 < 2`: too few to stop.
        """,
        expected="""
        | rule set   | cycle | status        | verdict          |
        | nice_ta260 | 1     | not_evaluable | undetermined     |
        | nice_ta260 | 2     | non_responder | stop_no_response |
        | every_two  | 1     | not_evaluable | undetermined     |
        | every_two  | 2     | non_responder | continue         |
        """,
        source="docs/rule-parameters.md, Verdict 2: c >= K against K cycles that were judged",
    ),
    Spec(
        title="Every one of the last three evaluable cycles",
        question="Three failures are needed. Must they be in a row, and what does a lost cycle do?",
        rules=("dmkg_2018",),
        injections="1, 85, 169, 253",
        cutoff=336,
        diary="""
        | patient | Days -28..-1 | Days 57..84 | Days 141..168 | Days 225..252 | Days 309..336 |
        | A       | 20 of 28     | 16 of 28    | 16 of 28      | 16 of 28      |               |
        | B       | 20 of 28     | 16 of 28    | 13 of 28      | 16 of 28      | 16 of 28      |
        | C       | 20 of 28     | 16 of 28    |               | 16 of 28      | 16 of 28      |
        | D       | 20 of 28     | 13 of 28    | 16 of 28      | 16 of 28      | 16 of 28      |
        """,
        arithmetic="""
        16 is a failure, `10 * 16 = 160 > 140 = 7 * 20`; 13 is a response, `10 * 13 = 130 <= 140`.
        A: three failures, stop at cycle 3; the unjudged cycle 4 keeps the stop.
        B: the last three judged at cycle 4 are 13, 16, 16: not every one fails.
        C: the lost cycle is passed over, cycles 1, 3 and 4 are the three: stop at cycle 4.
        D: an early response is forgotten once three failures follow.
        """,
        expected="""
        | patient | cycle | status        | verdict          |
        | A       | 1     | non_responder | continue         |
        | A       | 2     | non_responder | continue         |
        | A       | 3     | non_responder | stop_no_response |
        | A       | 4     | not_evaluable | stop_no_response |
        | B       | 1     | non_responder | continue         |
        | B       | 2     | responder     | continue         |
        | B       | 3     | non_responder | continue         |
        | B       | 4     | non_responder | continue         |
        | C       | 1     | non_responder | continue         |
        | C       | 2     | not_evaluable | undetermined     |
        | C       | 3     | non_responder | continue         |
        | C       | 4     | non_responder | stop_no_response |
        | D       | 1     | responder     | continue         |
        | D       | 2     | non_responder | continue         |
        | D       | 3     | non_responder | continue         |
        | D       | 4     | non_responder | stop_no_response |
        """,
        source="DMKG (2018), Bendtsen 2018: interpretation in data/rules/dmkg_2018.toml and ehf_2018.toml",
    ),
    Spec(
        title="Achieved and maintained",
        question="Half the headache days are gone in one of two cycles: does it matter in which?",
        rules=("mbs_18377",),
        injections="1, 85",
        cutoff=168,
        diary="""
        | patient | Days -28..-1 | Days 57..84 | Days 141..168 |
        | A       | 20 of 28     | 10 of 28    | 11 of 28      |
        | B       | 20 of 28     | 11 of 28    | 10 of 28      |
        """,
        arithmetic="""
        `2 * 10 = 20 <= 20` is met, `2 * 11 = 22 > 20` is not.
        A had it and lost it; B achieved it in time.
        """,
        expected="""
        | patient | cycle | reduction % | status        | verdict          |
        | A       | 1     | 50          | responder     | continue         |
        | A       | 2     | 45          | non_responder | stop_no_response |
        | B       | 1     | 45          | non_responder | continue         |
        | B       | 2     | 50          | responder     | continue         |
        """,
        source="Medicare Benefits Schedule, item 18377: achieved and maintained",
    ),
]

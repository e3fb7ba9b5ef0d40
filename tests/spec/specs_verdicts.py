"""What is carried over from cycle to cycle, what is not, and when nothing can be said."""

from tests.spec.format import Spec

TITLE = "Verdicts from cycle to cycle"

SPECS = [
    Spec(
        title="The four verdicts side by side",
        question="Four patients after their second cycle under NICE.",
        rules=("nice_ta260",),
        injections="1, 85",
        cutoff=168,
        diary="""
        | patient | Days -28..-1 | Days 29..56 | Days 57..84 | Days 85..112 | Days 141..168 |
        | A       | 20 of 28     |             | 13 of 28    |              | 13 of 28      |
        | B       | 20 of 28     |             | 16 of 28    |              | 16 of 28      |
        | C       | 20 of 28     | 14 of 28    | 14 of 28    | 14 of 28     | 13 of 28      |
        | D       | 20 of 28     |             |             |              |               |
        """,
        arithmetic="""
        A: `10 * 13 = 130 <= 140 = 7 * 20`: continue.
        B: `10 * 16 = 160 > 140 = 7 * 20`, twice: stop for lack of response.
        C: `14 < 15` in three consecutive months, the last of them in cycle 2: stop for success.
        D: nothing recorded: undetermined, which is not 'continue'.
        """,
        expected="""
        | patient | cycle | status        | verdict          |
        | A       | 1     | responder     | continue         |
        | A       | 2     | responder     | continue         |
        | B       | 1     | non_responder | continue         |
        | B       | 2     | non_responder | stop_no_response |
        | C       | 1     | responder     | continue         |
        | C       | 2     | responder     | stop_success     |
        | D       | 1     | not_evaluable | undetermined     |
        | D       | 2     | not_evaluable | undetermined     |
        """,
        source="docs/rule-parameters.md, Verdict",
    ),
    Spec(
        title="'Continue' is not carried over",
        question="A cycle that cannot be judged follows a good one: may one say 'continue'?",
        rules=("nice_ta260",),
        injections="1, 85, 169",
        cutoff=252,
        diary="""
        Days -28..-1: 20 of 28
        Days 141..168: 13 of 28
        """,
        arithmetic="Only cycle 2 is known: `10 * 13 = 130 <= 140 = 7 * 20`. Of cycles 1 and 3 nothing can be said.",
        expected="""
        | cycle | status        | verdict      |
        | 1     | not_evaluable | undetermined |
        | 2     | responder     | continue     |
        | 3     | not_evaluable | undetermined |
        """,
        source="docs/rule-parameters.md, Verdict: otherwise the previous verdict when that is a stop",
    ),
    Spec(
        title="A stop is carried over until a cycle can be judged",
        question="Stopped after cycle 2, but injected three times more. When does the stop end?",
        rules=("nice_ta260",),
        injections="1, 85, 169, 253, 337",
        cutoff=420,
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 16 of 28
        Days 141..168: 16 of 28
        Days 393..420: 13 of 28
        """,
        arithmetic="`10 * 16 = 160 > 140 = 7 * 20` twice; two cycles without a diary; then `10 * 13 = 130 <= 140`.",
        expected="""
        | cycle | status        | verdict          |
        | 1     | non_responder | continue         |
        | 2     | non_responder | stop_no_response |
        | 3     | not_evaluable | stop_no_response |
        | 4     | not_evaluable | stop_no_response |
        | 5     | responder     | continue         |
        """,
        source="docs/rule-parameters.md, Verdict: otherwise the previous verdict when that is a stop",
    ),
    Spec(
        title="A success is carried over, too, and can be lost",
        question="After three good months comes a cycle without a diary, or with worse months.",
        rules=("nice_ta260",),
        injections="1, 85, 169",
        cutoff=252,
        diary="""
        | patient | Days -28..-1 | Days 1..28 | Days 29..56 | Days 57..84 | Days 141..168 | Days 225..252 |
        | A       | 24 of 28     | 14 of 28   | 14 of 28    | 14 of 28    |               | 20 of 28      |
        | B       | 24 of 28     | 14 of 28   | 14 of 28    | 14 of 28    | 16 of 28      |               |
        """,
        arithmetic="""
        A: the success stands through cycle 2; in cycle 3 `10 * 20 = 200 > 168 = 7 * 24`: stop, for lack of response.
        B: `10 * 16 = 160 <= 168 = 7 * 24`: a response, 'continue'. Cycle 3 inherits no stop.
        """,
        expected="""
        | patient | cycle | status        | verdict          |
        | A       | 1     | responder     | stop_success     |
        | A       | 2     | not_evaluable | stop_success     |
        | A       | 3     | non_responder | stop_no_response |
        | B       | 1     | responder     | stop_success     |
        | B       | 2     | responder     | continue         |
        | B       | 3     | not_evaluable | undetermined     |
        """,
        source="docs/rule-parameters.md, Verdict",
    ),
    Spec(
        title="Later data do not change an earlier verdict",
        question="Cycle 2 fails. Is cycle 1, judged 84 days earlier, seen in another light?",
        rules=("nice_ta260", "article", "dmkg_2018"),
        injections="1, 85",
        cutoff=(84, 168),
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 14 of 28
        Days 141..168: 16 of 28
        """,
        arithmetic="""
        Cycle 1: `10 * 14 = 140 <= 140 = 7 * 20`, and 14 free days, `2 * 14 = 28 >= 28`.
        Cycle 2: `10 * 16 = 160 > 140 = 7 * 20`, and 12 free days, `2 * 12 = 24 < 28`.
        """,
        expected="""
        | cut-off | rule set   | cycle | status        | verdict          |
        | 84      | nice_ta260 | 1     | responder     | continue         |
        | 84      | article    | 1     | responder     | continue         |
        | 84      | dmkg_2018  | 1     | responder     | continue         |
        | 168     | nice_ta260 | 1     | responder     | continue         |
        | 168     | nice_ta260 | 2     | non_responder | stop_no_response |
        | 168     | article    | 1     | responder     | continue         |
        | 168     | article    | 2     | non_responder | stop_no_response |
        | 168     | dmkg_2018  | 1     | responder     | continue         |
        | 168     | dmkg_2018  | 2     | non_responder | continue         |
        """,
        source="docs/rule-parameters.md, Verdict at cycle c, from data up to and including it",
    ),
]

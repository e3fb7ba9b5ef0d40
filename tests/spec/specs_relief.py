"""The article's two stopping rules: two cycles without any relief, and fewer than 15 headache-free days."""

from tests.spec.format import Spec, variant

TITLE = "Relief: the article's two-cycle rule"

TWO_CYCLES = variant("two_cycles_only", "article", stop_no_response={"or_not_responding": False})
THREE_FRESH = variant(
    "three_cycles_fresh",
    "article",
    baseline={"anchor": "each_injection"},
    stop_no_response={"cycles": 3, "or_not_responding": False},
)
LATEST = variant("latest_relief", "article", stop_no_response={"mode": "latest", "or_not_responding": False})

SPECS = [
    Spec(
        title="Two cycles without any relief",
        question="12 headache days are fewer than 15, so every cycle is a response. Can treatment still be pointless?",
        rules=("article",),
        injections="1, 85",
        cutoff=168,
        diary="""
        | patient | Days -28..-1 | Days 57..84 | Days 141..168 |
        | A       | 12 of 28     | 12 of 28    | 12 of 28      |
        | B       | 12 of 28     | 12 of 28    | 11 of 28      |
        | C       | 12 of 28     | 11 of 28    | 12 of 28      |
        | D       | 12 of 28     | 13 of 28    | 12 of 28      |
        """,
        arithmetic="""
        Relief is any fall of the rate: `11 * 28 < 12 * 28` is relief, `12 * 28 >= 12 * 28` is none.
        A and D: no relief in either cycle, stop at cycle 2, responders though they are: `2 * 16 = 32 >= 28`.
        B and C: one day less in one of the two cycles is enough to go on.
        """,
        expected="""
        | patient | cycle | reduction % | status    | verdict          |
        | A       | 1     | 0           | responder | continue         |
        | A       | 2     | 0           | responder | stop_no_response |
        | B       | 1     | 0           | responder | continue         |
        | B       | 2     | 8.33..      | responder | continue         |
        | C       | 1     | 8.33..      | responder | continue         |
        | C       | 2     | 0           | responder | continue         |
        | D       | 1     | -8.33..     | responder | continue         |
        | D       | 2     | 0           | responder | stop_no_response |
        """,
        source="The lay article: at least 2 cycles of botox without seeing any relief",
    ),
    Spec(
        title="The 15-day rule stops at once",
        question="Relief, but 15 headache days in cycle 1: go on or stop? And if cycle 2 is better?",
        rules=("article", TWO_CYCLES),
        injections="1, 85",
        cutoff=168,
        diary="""
        Days -28..-1: 24 of 28
        Days 57..84: 15 of 28
        Days 141..168: 14 of 28
        """,
        arithmetic="""
        Cycle 1: 13 free days, `13 * 30 = 390 < 420 = 15 * 28`: the 15-day rule stops, in any cycle. Relief: `15 < 24`.
        Cycle 2: `14 * 30 = 420 >= 420 = 15 * 28`: continue.
        """,
        expected="""
        | rule set        | cycle | reduction % | status        | verdict          |
        | article         | 1     | 37.5        | non_responder | stop_no_response |
        | article         | 2     | 41.66..     | responder     | continue         |
        | two_cycles_only | 1     | 37.5        | non_responder | continue         |
        | two_cycles_only | 2     | 41.66..     | responder     | continue         |
        """,
        source="docs/rule-parameters.md: stop_no_response.or_not_responding",
    ),
    Spec(
        title="Relief needs a baseline, though the response does not",
        question="Can a patient without a usable baseline be stopped for lack of relief?",
        rules=("article",),
        injections="1, 85",
        cutoff=168,
        diary="""
        | patient | Days -28..-1 | Days 57..84 | Days 141..168 |
        | A       | 8 of 20      | 12 of 28    | 12 of 28      |
        | B       | 8 of 19      | 12 of 28    | 12 of 28      |
        | C       | 0 of 28      | 12 of 28    | 12 of 28      |
        """,
        arithmetic="""
        A: `12 * 20 = 240 >= 224 = 8 * 28`: no relief, twice.
        B: `12 * 19 = 228 >= 224 = 8 * 28` would be none either, but `19 < 20` baseline days cannot be relied on.
        C: there was no headache to be relieved of.
        """,
        expected="""
        | patient | cycle | reduction % | status    | verdict          |
        | A       | 1     | -7.14..     | responder | continue         |
        | A       | 2     | -7.14..     | responder | stop_no_response |
        | B       | 1     | -           | responder | continue         |
        | B       | 2     | -           | responder | continue         |
        | C       | 1     | -           | responder | continue         |
        | C       | 2     | -           | responder | continue         |
        """,
        source="docs/rule-parameters.md, Verdict 2: evaluable for relief",
    ),
    Spec(
        title="A lost cycle is passed over",
        question="No relief in cycle 1, nothing known of cycle 2, no relief in cycle 3: two cycles?",
        rules=("article",),
        injections="1, 85, 169",
        cutoff=252,
        diary="""
        Days -28..-1: 12 of 28
        Days 57..84: 12 of 28
        Days 225..252: 12 of 28
        """,
        arithmetic="Cycles 1 and 3 are the last two that can be judged, and `12 * 28 >= 12 * 28` in both.",
        expected="""
        | cycle | headache | status        | verdict          |
        | 1     | 12 of 28 | responder     | continue         |
        | 2     | 0 of 0   | not_evaluable | undetermined     |
        | 3     | 12 of 28 | responder     | stop_no_response |
        """,
        source="data/rules/article.toml: the latest two cycles that can be evaluated for relief",
    ),
    Spec(
        title="Relief in the latest cycle, or in one of two",
        question="Relief in cycle 1 that is lost in cycle 2: what if only the latest cycle decided?",
        rules=("article", LATEST),
        injections="1, 85",
        cutoff=168,
        diary="""
        Days -28..-1: 12 of 28
        Days 57..84: 11 of 28
        Days 141..168: 12 of 28
        """,
        arithmetic="`11 * 28 < 12 * 28`, then `12 * 28 >= 12 * 28`.",
        expected="""
        | rule set      | cycle | status    | verdict          |
        | article       | 1     | responder | continue         |
        | article       | 2     | responder | continue         |
        | latest_relief | 1     | responder | continue         |
        | latest_relief | 2     | responder | stop_no_response |
        """,
        source="docs/rule-parameters.md: stop_no_response.mode with condition = relief",
    ),
    Spec(
        title="A cycle without a baseline of its own does not count among three",
        question="Each cycle is compared with the month before it. Cycle 2 has none to compare with: how many without relief?",
        rules=(THREE_FRESH,),
        injections="1, 85, 169, 253",
        cutoff=336,
        diary="""
        Days -28..-1: 12 of 28
        Days 57..84: 12 of 19
        Days 141..168: 12 of 28
        Days 225..252: 12 of 28
        Days 309..336: 12 of 28
        """,
        arithmetic="""
        Cycle 1: 19 recorded days, `19 < 20`: not evaluable, and no baseline for cycle 2 either.
        Cycle 2: a response, for `16 * 30 = 480 >= 420 = 15 * 28`, but nothing is known of relief.
        Cycles 3 and 4: `12 * 28 >= 12 * 28`, none, twice: `2 < 3`.
        """,
        expected="""
        | cycle | headache | status        | verdict      |
        | 1     | 12 of 19 | not_evaluable | undetermined |
        | 2     | 12 of 28 | responder     | continue     |
        | 3     | 12 of 28 | responder     | continue     |
        | 4     | 12 of 28 | responder     | continue     |
        """,
        source="docs/rule-parameters.md, Verdict 2: evaluable for relief",
    ),
]

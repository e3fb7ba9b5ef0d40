"""The same diary under all six rule sets: why an answer is worth nothing without the name of its rule."""

from tests.spec.format import ALL_SHIPPED, Spec

TITLE = "Six rules side by side"

SPECS = [
    Spec(
        title="One diary, six answers",
        question="What do the six rule sets say about the same patient, who does well in cycle 1 and slips in cycle 2?",
        rules=ALL_SHIPPED,
        injections="1, 85",
        cutoff=168,
        diary="""
        Days -28..-1: 20 of 28
        Days 1..28: 14 of 28
        Days 29..56: 12 of 28
        Days 57..84: 10 of 28
        Days 85..112: 8 of 28
        Days 113..140: 12 of 28
        Days 141..168: 15 of 28
        """,
        arithmetic="""
        Cycle 1, last month 10: `28 - 10 = 18` days free; `1 - 10/20 = 0.5`; every month of the cycle is below 15.
        Cycle 2, last month 15: `28 - 15 = 13 < 14` free days; `1 - 15/20 = 0.25`.
        European guideline, first months: `1 - 14/20 = 0.3` against before Day 1; `1 - 8/10 = 0.2` against Days 57-84.
        NICE in cycle 2: 12, 10, 8, 12 below 15 end in a month of cycle 2; success comes before lack of response.
        """,
        expected="""
        | rule set   | cycle | window   | headache | reduction % | status        | verdict          |
        | article    | 1     | 57..84   | 10 of 28 | 50          | responder     | continue         |
        | article    | 2     | 141..168 | 15 of 28 | 25          | non_responder | stop_no_response |
        | nice_ta260 | 1     | 57..84   | 10 of 28 | 50          | responder     | stop_success     |
        | nice_ta260 | 2     | 141..168 | 15 of 28 | 25          | non_responder | stop_success     |
        | ehf_2018   | 1     | 1..28    | 14 of 28 | 30          | responder     | continue         |
        | ehf_2018   | 2     | 85..112  | 8 of 28  | 20          | non_responder | continue         |
        | dmkg_2018  | 1     | 57..84   | 10 of 28 | 50          | responder     | continue         |
        | dmkg_2018  | 2     | 141..168 | 15 of 28 | 25          | non_responder | continue         |
        | mbs_18377  | 1     | 57..84   | 10 of 28 | 50          | responder     | continue         |
        | mbs_18377  | 2     | 141..168 | 15 of 28 | 25          | non_responder | stop_no_response |
        | preempt    | 1     | 57..84   | 10 of 28 | 50          | responder     | continue         |
        | preempt    | 2     | 141..168 | 15 of 28 | 25          | non_responder | continue         |
        """,
        source="The sources of the six rule sets, see README.md",
    ),
    Spec(
        title="A clear improvement that fails the 15-day rule",
        question="From daily headache to 15 days, two of them short: how many of the six call this a response?",
        rules=ALL_SHIPPED,
        diary="""
        Days -28..-1: 28 of 28
        Days 1..28: 24 of 28
        Days 29..56: 18 of 28
        Days 57..84: 13H 2s 13F
        """,
        arithmetic="""
        Any headache: `13 + 2 = 15` of 28, `100 * (1 - 15/28) ~= 46.4`: 30% is reached, `10 * 15 = 150 <= 196 = 7 * 28`,
        50% is not, `2 * 15 = 30 > 28`, nor are there 15 free days in 30, `13 * 30 = 390 < 420 = 15 * 28`.
        Four hours or more: 13 of 28, `2 * 13 = 26 <= 28`.
        First month: `10 * 24 = 240 > 196 = 7 * 28`.
        """,
        expected="""
        | rule set   | window | headache | reduction % | status        | verdict          |
        | article    | 57..84 | 15 of 28 | 46.42..     | non_responder | stop_no_response |
        | nice_ta260 | 57..84 | 15 of 28 | 46.42..     | responder     | continue         |
        | ehf_2018   | 1..28  | 24 of 28 | 14.28..     | non_responder | continue         |
        | dmkg_2018  | 57..84 | 15 of 28 | 46.42..     | responder     | continue         |
        | mbs_18377  | 57..84 | 15 of 28 | 46.42..     | non_responder | continue         |
        | preempt    | 57..84 | 13 of 28 | 53.57..     | responder     | continue         |
        """,
        source="The sources of the six rule sets, see README.md",
    ),
]

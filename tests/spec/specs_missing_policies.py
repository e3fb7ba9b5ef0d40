"""Best case and worst case: what the policies change beyond the reduction."""

from tests.spec.format import Spec, variant

TITLE = "Missing-day policies"

BEST = variant("best_case", "nice_ta260", window={"missing_days": "free"})
WORST = variant("worst_case", "nice_ta260", window={"missing_days": "headache"})

SPECS = [
    Spec(
        title="The 15-day rule with gaps",
        question="9 headaches in 20 recorded days: are half of the days free of headache?",
        rules=(
            "article",
            variant("article_best", "article", window={"missing_days": "free"}),
            variant("article_worst", "article", window={"missing_days": "headache"}),
        ),
        diary="""
        Days -28..-1: 24 of 28
        Days 57..84: 9 of 20
        """,
        arithmetic="""
        Prorated: 11 free of 20, `11 * 30 = 330 >= 300 = 15 * 20`.
        Missing days free: 19 free of 28, `19 * 30 = 570 >= 420 = 15 * 28`.
        Missing days with headache: 11 free of 28, `11 * 30 = 330 < 420 = 15 * 28`.
        """,
        expected="""
        | rule set      | headache | per month | status        | verdict          |
        | article       | 9 of 20  | 13.5      | responder     | continue         |
        | article_best  | 9 of 20  | 9.64..    | responder     | continue         |
        | article_worst | 9 of 20  | 18.21..   | non_responder | stop_no_response |
        """,
        source="docs/rule-parameters.md: window.missing_days",
    ),
    Spec(
        title="The policy also fills the months of the stop for success",
        question="Three thin months: are they below 15 headache days?",
        rules=("nice_ta260", BEST, WORST),
        diary="""
        | patient | Days -28..-1 | Days 1..28 | Days 29..56 | Days 57..84 |
        | A       | 24 of 28     | 10 of 24   | 10 of 24    | 10 of 24    |
        | B       | 24 of 28     | 10 of 23   | 10 of 23    | 10 of 23    |
        | C       | 24 of 28     | 14 of 20   | 14 of 20    | 14 of 20    |
        """,
        arithmetic="""
        A: prorated `10 * 28 / 24 ~= 11.7`, worst case `10 + 4 = 14 < 15`: below 15 in every reading.
        B: prorated `10 * 28 / 23 ~= 12.2`, worst case `10 + 5 = 15`, which is not below 15.
        C: prorated `14 * 28 / 20 = 19.6 > 15`, best case `14 < 15`.
        Response in the last month, baseline 24: `7 * 24 = 168`. A worst `10 * 14 = 140`, B worst `10 * 15 = 150`:
        responders. C worst 22 of 28, `10 * 22 = 220 > 168`; C prorated `10 * 14 * 28 = 3920 > 3360 = 7 * 24 * 20`: not.
        """,
        expected="""
        | patient | rule set   | headache | status        | verdict      |
        | A       | nice_ta260 | 10 of 24 | responder     | stop_success |
        | A       | best_case  | 10 of 24 | responder     | stop_success |
        | A       | worst_case | 10 of 24 | responder     | stop_success |
        | B       | nice_ta260 | 10 of 23 | responder     | stop_success |
        | B       | best_case  | 10 of 23 | responder     | stop_success |
        | B       | worst_case | 10 of 23 | responder     | continue     |
        | C       | nice_ta260 | 14 of 20 | non_responder | continue     |
        | C       | best_case  | 14 of 20 | responder     | stop_success |
        | C       | worst_case | 14 of 20 | non_responder | continue     |
        """,
        source="docs/rule-parameters.md, Verdict 1: h of d under the window's missing-day policy",
    ),
    Spec(
        title="Only days that exist can be missing",
        question="An injection on Day 81 ends the window on Day 80: how many days does the worst case fill in?",
        rules=("nice_ta260", BEST, WORST),
        injections="1, 81",
        diary="""
        Days -28..-1: 20 of 28
        Days 57..80: 8 of 20
        """,
        arithmetic="""
        24 days, 4 of them missing. Worst case `8 + 4 = 12` of 24: `10 * 12 * 28 = 3360 <= 3360 = 7 * 20 * 24`.
        Were Days 81-84 counted as missing, too, it would be 16 of 28, `100 * (1 - 16/20) = 20`.
        Best case 8 of 24, `100 * (1 - 8*28/(24*20)) ~= 53.3`; prorated 8 of 20, `100 * (1 - 8*28/(20*20)) = 44`.
        """,
        expected="""
        | rule set   | cycle | window   | headache | per month | reduction % | status    | verdict      |
        | nice_ta260 | 1     | 57..80   | 8 of 20  | 11.2      | 44          | responder | continue     |
        | best_case  | 1     | 57..80   | 8 of 20  | 9.33..    | 53.33..     | responder | continue     |
        | worst_case | 1     | 57..80   | 8 of 20  | 14        | 30          | responder | continue     |
        | nice_ta260 | 2     | 137..164 |          |           |             | not_due   | undetermined |
        | best_case  | 2     | 137..164 |          |           |             | not_due   | undetermined |
        | worst_case | 2     | 137..164 |          |           |             | not_due   | undetermined |
        """,
        source="docs/rule-parameters.md, Counts: length = days from window start to window end",
    ),
]

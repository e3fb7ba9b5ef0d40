"""Which diary day is a headache day, and which is recorded: three definitions, one diary."""

from tests.spec.format import Spec, variant

TITLE = "Headache days"

FOUR = variant("four_hours", "nice_ta260", headache_day="hours_4")
ACUTE = variant("or_acute", "nice_ta260", headache_day="hours_4_or_acute")

SPECS = [
    Spec(
        title="16 headaches, three of them ended early by a triptan",
        question="Is a headache that a triptan ended within four hours a headache day?",
        case="headache-day definition",
        rules=("nice_ta260", FOUR, ACUTE),
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 13H 3t 12F
        """,
        arithmetic="""
        Any headache: `13 + 3 = 16`, `100 * (1 - 16/20) = 20`.
        Four hours or more: 13, `100 * (1 - 13/20) = 35`.
        Four hours or more, or a triptan taken: 16 again.
        """,
        expected="""
        | rule set   | headache | reduction % | status        | verdict  |
        | nice_ta260 | 16 of 28 | 20          | non_responder | continue |
        | four_hours | 13 of 28 | 35          | responder     | continue |
        | or_acute   | 16 of 28 | 20          | non_responder | continue |
        """,
        source="PREEMPT and COMPEL: four continuous hours; HALO-style: or acute treatment with a triptan or ergot",
    ),
    Spec(
        title="Four hours are enough",
        question="On which side of the limit lies a headache of exactly four hours?",
        rules=(FOUR, ACUTE),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 14H 1B 13F  |
        | B       | 20 of 28     | 14H 1s 13F  |
        """,
        arithmetic="""
        A: `4 >= 4` h, a headache day: `10 * 15 = 150 > 140 = 7 * 20`.
        B: `3.75 < 4` h and no drug, a free day: `10 * 14 = 140 <= 140 = 7 * 20`.
        """,
        expected="""
        | patient | rule set   | headache | reduction % | status        | verdict  |
        | A       | four_hours | 15 of 28 | 25          | non_responder | continue |
        | A       | or_acute   | 15 of 28 | 25          | non_responder | continue |
        | B       | four_hours | 14 of 28 | 30          | responder     | continue |
        | B       | or_acute   | 14 of 28 | 30          | responder     | continue |
        """,
        source="data/protocol.toml: min_headache_hours = 4",
    ),
    Spec(
        title="A headache of unknown duration",
        question="The patient noted a headache but no hours. Free, headache, or neither?",
        rules=("nice_ta260", FOUR),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 8H 14F 6u   |
        | B       | 20 of 28     | 8H 11F 9u   |
        """,
        arithmetic="""
        A, any headache: `8 + 6 = 14` of 28. Four hours: six days are not recorded, 8 of 22,
        `100 * (1 - 8*28/(22*20)) ~= 49.1`.
        B, any headache: `8 + 9 = 17` of 28, `10 * 17 = 170 > 140 = 7 * 20`. Four hours: `8 + 11 = 19 < 20` days.
        """,
        expected="""
        | patient | rule set   | headache | reduction % | status        | verdict      |
        | A       | nice_ta260 | 14 of 28 | 30          | responder     | continue     |
        | A       | four_hours | 8 of 22  | 49.09..     | responder     | continue     |
        | B       | nice_ta260 | 17 of 28 | 15          | non_responder | continue     |
        | B       | four_hours | 8 of 19  |             | not_evaluable | undetermined |
        """,
        source="docs/rule-parameters.md, Headache day and recorded day",
    ),
    Spec(
        title="Which drug makes a short headache a headache day",
        question="Triptan, ergot, a tablet that holds a triptan, ibuprofen, or nothing at all?",
        rules=(ACUTE,),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 11H 4t 13F  |
        | B       | 20 of 28     | 11H 4e 13F  |
        | C       | 20 of 28     | 11H 4c 13F  |
        | D       | 20 of 28     | 11H 4n 13F  |
        | E       | 20 of 28     | 11H 4s 13F  |
        """,
        arithmetic="""
        A, B, C: `11 + 4 = 15`, `10 * 15 = 150 > 140 = 7 * 20`.
        D, E: a simple analgesic or no drug does not make the day count, `10 * 11 = 110 <= 140`.
        """,
        expected="""
        | patient | headache | reduction % | status        | verdict  |
        | A       | 15 of 28 | 25          | non_responder | continue |
        | B       | 15 of 28 | 25          | non_responder | continue |
        | C       | 15 of 28 | 25          | non_responder | continue |
        | D       | 11 of 28 | 45          | responder     | continue |
        | E       | 11 of 28 | 45          | responder     | continue |
        """,
        source="docs/rule-parameters.md: hours_4_or_acute; docs/medication.md",
    ),
    Spec(
        title="Unknown duration, but a triptan",
        question="Does the drug settle what the missing hours leave open?",
        rules=(FOUR, ACUTE),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 11H 4U 13F  |
        | B       | 20 of 28     | 11H 4u 13F  |
        """,
        arithmetic="""
        Not recorded where hours alone decide: 11 of 24, `100 * (1 - 11*28/(24*20)) ~= 35.8`.
        A with the drug: `11 + 4 = 15` of 28, `10 * 15 = 150 > 140 = 7 * 20`. B took none: 11 of 24 still.
        """,
        expected="""
        | patient | rule set   | headache | reduction % | status        | verdict  |
        | A       | four_hours | 11 of 24 | 35.83..     | responder     | continue |
        | A       | or_acute   | 15 of 28 | 25          | non_responder | continue |
        | B       | four_hours | 11 of 24 | 35.83..     | responder     | continue |
        | B       | or_acute   | 11 of 24 | 35.83..     | responder     | continue |
        """,
        source="docs/rule-parameters.md, Headache day and recorded day",
    ),
    Spec(
        title="A short headache and a drug that nobody knows",
        question="Four headaches of under four hours, and 'a white tablet' taken: was it a triptan?",
        rules=(ACUTE,),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 11H 4s 13F  |
        | B       | 20 of 28     | 11H 4s 13F  |
        | C       | 20 of 28     | 11H 4s 13F  |
        | D       | 20 of 28     | 11H 4s 13F  |
        | E       | 20 of 28     | 11H 4u 13F  |
        """,
        medication="""
        | patient | drug           | taken on    |
        | A       | a white tablet | Days 68..71 |
        | C       | a white tablet | Days 68..71 |
        | C       | sumatriptan    | Days 68..71 |
        | D       | a white tablet | Days 57..67 |
        | E       | a white tablet | Days 68..71 |
        """,
        arithmetic="""
        A: it may have been one, so the four days are not recorded: 11 of 24, `100 * (1 - 11*28/(24*20)) ~= 35.8`.
        B took nothing: four short headaches do not count, 11 of 28, `100 * (1 - 11/20) = 45`.
        C: a triptan beside it settles them, `11 + 4 = 15` of 28, `100 * (1 - 15/20) = 25`.
        D: on long headaches it changes nothing, 11 of 28. E: hours unknown, drug unknown, 11 of 24 again.
        """,
        expected="""
        | patient | headache | reduction % | status        | verdict  |
        | A       | 11 of 24 | 35.83..     | responder     | continue |
        | B       | 11 of 28 | 45          | responder     | continue |
        | C       | 15 of 28 | 25          | non_responder | continue |
        | D       | 11 of 28 | 45          | responder     | continue |
        | E       | 11 of 24 | 35.83..     | responder     | continue |
        """,
        source="docs/rule-parameters.md: hours_4_or_acute; docs/medication.md",
    ),
    Spec(
        title="A triptan on a day without headache",
        question="Does the drug turn a free day into a headache day?",
        rules=("nice_ta260", FOUR, ACUTE),
        diary="""
        Days -28..-1: 20 of 28
        Days 57..84: 14H 14f
        """,
        arithmetic="`100 * (1 - 14/20) = 30` under all three: the answer about the headache comes first.",
        expected="""
        | rule set   | headache | reduction % | status    | verdict  |
        | nice_ta260 | 14 of 28 | 30          | responder | continue |
        | four_hours | 14 of 28 | 30          | responder | continue |
        | or_acute   | 14 of 28 | 30          | responder | continue |
        """,
        source="docs/rule-parameters.md, Headache day and recorded day",
    ),
    Spec(
        title="The definition also holds at baseline and in the months",
        question="Eight short headaches a month: do they count before treatment, and towards the stop for success?",
        rules=("nice_ta260", FOUR),
        diary="""
        | patient | Days -28..-1 | Days 1..28 | Days 29..56 | Days 57..84 |
        | A       | 16H 8s 4F    |            |             | 12H 16F     |
        | B       | 24H 4F       | 12H 8s 8F  | 12H 8s 8F   | 12H 8s 8F   |
        """,
        arithmetic="""
        A, any: `100 * (1 - 12/24) = 50`; four hours: 16 at baseline, `100 * (1 - 12/16) = 25`.
        B, any: 20 in each month, `20 >= 15`, and `100 * (1 - 20/24) ~= 16.7`; four hours: 12, `12 < 15`, and 50%.
        """,
        expected="""
        | patient | rule set   | baseline | headache | reduction % | status        | verdict      |
        | A       | nice_ta260 | 24 of 28 | 12 of 28 | 50          | responder     | continue     |
        | A       | four_hours | 16 of 28 | 12 of 28 | 25          | non_responder | continue     |
        | B       | nice_ta260 | 24 of 28 | 20 of 28 | 16.66..     | non_responder | continue     |
        | B       | four_hours | 24 of 28 | 12 of 28 | 50          | responder     | stop_success |
        """,
        source="docs/rule-parameters.md: headache_day",
    ),
]

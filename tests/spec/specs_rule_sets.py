"""Each shipped rule set at its boundary: the last headache count that is a response, and the next one that is not."""

from tests.spec.format import Spec

TITLE = "The six shipped rule sets"

SPECS = [
    Spec(
        title="article: half of the days free of headache",
        question="How many headache days of 28 leave 15 headache-free days in a 30-day month?",
        rules=("article",),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 24 of 28     | 14 of 28    |
        | B       | 24 of 28     | 15 of 28    |
        """,
        arithmetic="""
        A: 14 days are free, `14 * 30 = 420 >= 420 = 15 * 28`: the 15-day rule is met.
        B: 13 days are free, `13 * 30 = 390 < 420 = 15 * 28`: it is not, and that alone is a reason to stop.
        """,
        expected="""
        | patient | headache | per month | status        | verdict          |
        | A       | 14 of 28 | 15        | responder     | continue         |
        | B       | 15 of 28 | 16.07..   | non_responder | stop_no_response |
        """,
        source="The lay article: stop if less than 15 days a month are headache free",
    ),
    Spec(
        title="nice_ta260: 30% fewer headache days in the last month",
        question="20 headache days at baseline: is it 14 or 15 that count as a response?",
        rules=("nice_ta260",),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 14 of 28    |
        | B       | 20 of 28     | 15 of 28    |
        """,
        arithmetic="""
        A: `10 * 14 * 28 = 3920 <= 3920 = 7 * 20 * 28`, exactly 30%.
        B: `10 * 15 * 28 = 4200 > 3920 = 7 * 20 * 28`. One cycle is too early to stop: NICE asks after two.
        """,
        expected="""
        | patient | headache | reduction % | status        | verdict  |
        | A       | 14 of 28 | 30          | responder     | continue |
        | B       | 15 of 28 | 25          | non_responder | continue |
        """,
        source="NICE TA260 (2012), section 1",
    ),
    Spec(
        title="ehf_2018: 30% fewer in the first month, against the month before that injection",
        question="Which days does the European guideline compare?",
        rules=("ehf_2018",),
        diary="""
        | patient | Days -28..-1 | Days 1..28 | Days 57..84 |
        | A       | 20 of 28     | 14 of 28   | 28 of 28    |
        | B       | 20 of 28     | 15 of 28   | 0 of 28     |
        """,
        arithmetic="""
        A: Days 1-28 against Days -28..-1, `10 * 14 = 140 <= 140 = 7 * 20`. The bad last month is not asked.
        B: `10 * 15 = 150 > 140 = 7 * 20`. The perfect last month does not help.
        """,
        expected="""
        | patient | baseline days | window | headache | reduction % | status        | verdict  |
        | A       | -28..-1       | 1..28  | 14 of 28 | 30          | responder     | continue |
        | B       | -28..-1       | 1..28  | 15 of 28 | 25          | non_responder | continue |
        """,
        source="Bendtsen L et al. J Headache Pain 2018;19:91",
    ),
    Spec(
        title="dmkg_2018: 30% fewer, with patience until the third cycle",
        question="The same count as under NICE: what differs?",
        rules=("dmkg_2018",),
        injections="1, 85, 169",
        cutoff=252,
        diary="""
        | patient | Days -28..-1 | Days 57..84 | Days 141..168 | Days 225..252 |
        | A       | 20 of 28     | 15 of 28    | 15 of 28      | 14 of 28      |
        | B       | 20 of 28     | 15 of 28    | 15 of 28      | 15 of 28      |
        """,
        arithmetic="""
        A: reached in cycle 3, `10 * 14 = 140 <= 140 = 7 * 20`.
        B: `10 * 15 = 150 > 140 = 7 * 20` three times over: stop after cycle 3, no earlier.
        """,
        expected="""
        | patient | cycle | headache | reduction % | status        | verdict          |
        | A       | 1     | 15 of 28 | 25          | non_responder | continue         |
        | A       | 2     | 15 of 28 | 25          | non_responder | continue         |
        | A       | 3     | 14 of 28 | 30          | responder     | continue         |
        | B       | 1     | 15 of 28 | 25          | non_responder | continue         |
        | B       | 2     | 15 of 28 | 25          | non_responder | continue         |
        | B       | 3     | 15 of 28 | 25          | non_responder | stop_no_response |
        """,
        source="DMKG, German guideline on migraine prophylaxis (2018)",
    ),
    Spec(
        title="mbs_18377: half the headache days",
        question="20 headache days at baseline: is it 10 or 11 that count as a response?",
        rules=("mbs_18377",),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 10 of 28    |
        | B       | 20 of 28     | 11 of 28    |
        """,
        arithmetic="""
        A: `2 * 10 * 28 = 560 <= 560 = 20 * 28`, exactly 50%.
        B: `2 * 11 * 28 = 616 > 560 = 20 * 28`.
        """,
        expected="""
        | patient | headache | reduction % | status        | verdict  |
        | A       | 10 of 28 | 50          | responder     | continue |
        | B       | 11 of 28 | 45          | non_responder | continue |
        """,
        source="Medicare Benefits Schedule, item 18377 (Australia)",
    ),
    Spec(
        title="preempt: half the days with four hours of headache",
        question="Do short headaches stand in the way of a PREEMPT response?",
        rules=("preempt",),
        diary="""
        | patient | Days -28..-1 | Days 57..84 |
        | A       | 20 of 28     | 10H 8s 10F  |
        | B       | 20 of 28     | 11H 8s 9F   |
        """,
        arithmetic="""
        A: 18 days with headache, but 10 of four hours or more: `2 * 10 = 20 <= 20`.
        B: 11 of four hours or more: `2 * 11 = 22 > 20`.
        """,
        expected="""
        | patient | headache | reduction % | status        | verdict  |
        | A       | 10 of 28 | 50          | responder     | continue |
        | B       | 11 of 28 | 45          | non_responder | continue |
        """,
        source="Dodick DW et al. Headache 2010;50:921; Silberstein SD et al. J Neurol Neurosurg Psychiatry 2015;86:996",
    ),
    Spec(
        title="PREEMPT never stops",
        question="Three cycles without any effect: what does a trial definition without a stopping rule say?",
        rules=("preempt",),
        injections="1, 85, 169",
        cutoff=252,
        diary="""
        Days -28..-1: 24 of 28
        Days 57..84: 24 of 28
        Days 141..168: 24 of 28
        Days 225..252: 24 of 28
        """,
        arithmetic="`100 * (1 - 24/24) = 0` three times. The trials measured response; they gave no rule for stopping.",
        expected="""
        | cycle | reduction % | status        | verdict  |
        | 1     | 0           | non_responder | continue |
        | 2     | 0           | non_responder | continue |
        | 3     | 0           | non_responder | continue |
        """,
        source="Dodick DW et al. Headache 2010;50:921",
    ),
]

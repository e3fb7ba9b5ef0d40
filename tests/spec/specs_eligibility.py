"""Who may be treated: chronic headache, two failed preventive drugs, and medication overuse ruled out."""

from tests.spec.format import Spec

TITLE = "Eligibility"

RULES = ("article",)

SPECS = [
    Spec(
        title="15 headache days: chronic or not",
        question="The article says more than 15 days in a month, ICHD-3 says 15 or more. And 15?",
        case=">= 15 against > 15",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 |
        | A       | 14 of 28     |
        | B       | 15 of 28     |
        | C       | 16 of 28     |
        """,
        subjects="""
        | patient | preventives failed | overuse excluded by clinician |
        | A       | 2                  | yes                           |
        | B       | 2                  | yes                           |
        | C       | 2                  | yes                           |
        """,
        arithmetic="""
        A: `14 < 15`.
        B: `15 >= 15`, but not more than 15. Eligibility follows the article: not eligible.
        C: `16 > 15`.
        """,
        eligibility="""
        | patient | baseline | > 15 (article) | >= 15 (ICHD-3) | overuse | preventives failed | eligible |
        | A       | 14 of 28 | no             | no             | no      | yes                | no       |
        | B       | 15 of 28 | no             | yes            | no      | yes                | no       |
        | C       | 16 of 28 | yes            | yes            | no      | yes                | yes      |
        """,
        source="The lay article; ICHD-3 1.3",
    ),
    Spec(
        title="Chronic by a thin diary",
        question="How are 20 recorded baseline days read as a month?",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 |
        | A       | 10 of 20     |
        | B       | 11 of 20     |
        | C       | 19 of 19     |
        """,
        arithmetic="""
        A: `10 * 28 / 20 = 14 < 15`.
        B: `11 * 28 / 20 = 15.4 > 15`.
        C: `19 < 20` recorded days: unknown, although even nine free days would leave `19 > 15`.
        """,
        eligibility="""
        | patient | baseline | > 15 (article) | >= 15 (ICHD-3) |
        | A       | 10 of 20 | no             | no             |
        | B       | 11 of 20 | yes            | yes            |
        | C       | 19 of 19 | unknown        | unknown        |
        """,
        source="data/protocol.toml: chronic_days, month_days, min_recorded_days",
    ),
    Spec(
        title="Three criteria, some of them unknown",
        question="When is 'not eligible' certain although something is unknown?",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 |
        | A       | 20 of 28     |
        | B       | 20 of 28     |
        | C       | 20 of 28     |
        | D       | 20 of 28     |
        | E       | 20 of 28     |
        | F       | 20 of 28     |
        | G       | 14 of 28     |
        | H       | 16 of 19     |
        | I       | 20 of 28     |
        | J       | 16 of 19     |
        """,
        subjects="""
        | patient | preventives failed | overuse excluded by clinician |
        | A       | 2                  | yes                           |
        | B       | 1                  | yes                           |
        | C       | ?                  | yes                           |
        | D       | 2                  | no                            |
        | E       | 2                  | ?                             |
        | F       | ?                  | no                            |
        | G       | ?                  | ?                             |
        | H       | 2                  | yes                           |
        | J       | 1                  | yes                           |
        """,
        arithmetic="""
        All of A to F and I: `20 > 15`, chronic. Nobody noted acute medication, so the diary says nothing of overuse.
        A meets all three. B: `1 < 2` failed drugs. D, F: overuse is not ruled out. G: `14 < 15`. One criterion that is
        not met settles it, whatever else is unknown; so does J's, `1 < 2`.
        C, E, H and I (of whom there is no subject record) lack an answer that could still be 'no': unknown.
        """,
        eligibility="""
        | patient | baseline | > 15 (article) | overuse | preventives failed | eligible |
        | A       | 20 of 28 | yes            | no      | yes                | yes      |
        | B       | 20 of 28 | yes            | no      | no                 | no       |
        | C       | 20 of 28 | yes            | no      | unknown            | unknown  |
        | D       | 20 of 28 | yes            | yes     | yes                | no       |
        | E       | 20 of 28 | yes            | unknown | yes                | unknown  |
        | F       | 20 of 28 | yes            | yes     | unknown            | no       |
        | G       | 14 of 28 | no             | unknown | unknown            | no       |
        | H       | 16 of 19 | unknown        | no      | yes                | unknown  |
        | I       | 20 of 28 | yes            | unknown | unknown            | unknown  |
        | J       | 16 of 19 | unknown        | no      | no                 | no       |
        """,
        source="The lay article; data/protocol.toml: min_preventives_failed",
    ),
    Spec(
        title="Never treated",
        question="There is no Day 1, hence no baseline. What can be said?",
        rules=RULES,
        diary="""
        | patient | injections | Days -28..-1 |
        | A       | none       | 20 of 28     |
        | B       | none       | 20 of 28     |
        """,
        subjects="""
        | patient | preventives failed | overuse excluded by clinician |
        | A       | 2                  | yes                           |
        | B       | 1                  | yes                           |
        """,
        arithmetic="A lacks the month to be judged: unknown. B is not eligible for another reason, `1 < 2`.",
        eligibility="""
        | patient | baseline | > 15 (article) | >= 15 (ICHD-3) | overuse | preventives failed | eligible |
        | A       | -        | unknown        | unknown        | no      | yes                | unknown  |
        | B       | -        | unknown        | unknown        | no      | no                 | no       |
        """,
        source="data/dictionary/analysis.toml: null = never treated",
    ),
]

"""Days and not doses, thin diaries, and the clinician's word beside the diary's."""

from tests.spec.format import Spec

TITLE = "Medication overuse: the evidence"

RULES = ("article",)

SPECS = [
    Spec(
        title="Days of intake, not doses, and not headache days",
        question="Two triptans on one day; a triptan on days without headache.",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 |
        | A       | 20 of 28     |
        | B       | 20 of 28     |
        """,
        medication="""
        | patient | drug        | taken on      |
        | A       | sumatriptan | Days -28..-20 |
        | A       | rizatriptan | Days -28..-20 |
        | B       | sumatriptan | Days -10..-1  |
        """,
        arithmetic="""
        A: 18 triptans on nine days, `9 < 10`.
        B: ten days, eight of them free of headache, `10 >= 10`.
        """,
        eligibility="""
        | patient | overuse by diary | overuse |
        | A       | no               | no      |
        | B       | yes              | yes     |
        """,
        source="ICHD-3 8.2: regular intake on >= 10 days a month",
    ),
    Spec(
        title="Prorated over the recorded days",
        question="20 recorded days: how many days of intake are ten, or fifteen, a month?",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 |
        | A       | 16 of 20     |
        | B       | 16 of 20     |
        | C       | 16 of 20     |
        | D       | 16 of 20     |
        | E       | 16 of 19     |
        """,
        medication="""
        | patient | drug        | taken on      |
        | A       | sumatriptan | Days -28..-22 |
        | B       | sumatriptan | Days -28..-21 |
        | C       | ibuprofen   | Days -28..-19 |
        | D       | ibuprofen   | Days -28..-18 |
        | E       | sumatriptan | Days -28..-14 |
        """,
        arithmetic="""
        A: `7 * 28 = 196 < 200 = 10 * 20`. B: `8 * 28 = 224 >= 200 = 10 * 20`.
        C: `10 * 28 = 280 < 300 = 15 * 20`. D: `11 * 28 = 308 >= 300 = 15 * 20`.
        E: `19 < 20` recorded days: the month cannot be judged.
        """,
        eligibility="""
        | patient | baseline | overuse by diary | overuse |
        | A       | 16 of 20 | no               | no      |
        | B       | 16 of 20 | yes              | yes     |
        | C       | 16 of 20 | no               | no      |
        | D       | 16 of 20 | yes              | yes     |
        | E       | 16 of 19 | unknown          | unknown |
        """,
        source="data/protocol.toml: month_days, min_recorded_days",
    ),
    Spec(
        title="The diary's word and the clinician's",
        question="Diary and clinician may each say yes, no or nothing. Is overuse ruled out?",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 |
        | A       | 20 of 28     |
        | B       | 20 of 28     |
        | C       | 20 of 28     |
        | D       | 20 of 28     |
        | E       | 20 of 28     |
        | F       | 20 of 28     |
        | G       | 20 of 28     |
        | H       | 20 of 28     |
        | I       | 20 of 28     |
        """,
        medication="""
        | patient | drug        | taken on      |
        | A       | sumatriptan | Days -28..-26 |
        | B       | sumatriptan | Days -28..-26 |
        | C       | sumatriptan | Days -28..-26 |
        | D       | sumatriptan | Days -28..-19 |
        | E       | sumatriptan | Days -28..-19 |
        | F       | sumatriptan | Days -28..-19 |
        """,
        subjects="""
        | patient | preventives failed | overuse excluded by clinician |
        | A       | 2                  | yes                           |
        | B       | 2                  | no                            |
        | C       | 2                  | ?                             |
        | D       | 2                  | yes                           |
        | E       | 2                  | no                            |
        | F       | 2                  | ?                             |
        | G       | 2                  | yes                           |
        | H       | 2                  | no                            |
        | I       | 2                  | ?                             |
        """,
        arithmetic="""
        A, B, C: three days of intake, `3 < 10`. D, E, F: ten, `10 >= 10`. G, H, I never noted a drug.
        Either source suffices for overuse: B and H by the clinician, D, E and F by the diary.
        The clinician's word does not undo what the diary shows: D.
        One 'no' and no contradiction rules overuse out: A, C, G. Of I nobody knows.
        """,
        eligibility="""
        | patient | overuse by diary | overuse | eligible |
        | A       | no               | no      | yes      |
        | B       | no               | yes     | no       |
        | C       | no               | no      | yes      |
        | D       | yes              | yes     | no       |
        | E       | yes              | yes     | no       |
        | F       | yes              | yes     | no       |
        | G       | unknown          | no      | yes      |
        | H       | unknown          | yes     | no       |
        | I       | unknown          | unknown | unknown  |
        """,
        source="data/dictionary/analysis.toml: overuse by the diary, or not ruled out by the clinician",
    ),
    Spec(
        title="Silence and 'none' are told apart",
        question="No drug is noted in the baseline. Did the patient take none, or does the diary not ask?",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 | Days 1..28 |
        | A       | 20 of 28     | 10 of 28   |
        | B       | 20 of 28     | 10 of 28   |
        | C       | 20 of 28     | 10 of 28   |
        """,
        medication="""
        | patient | drug        | taken on   |
        | A       | sumatriptan | Day 5      |
        | C       | sumatriptan | Days 1..10 |
        """,
        arithmetic="""
        A noted a drug once, later: the diary does ask, and the baseline holds none, `0 < 10`.
        B never noted any: unknown.
        C took ten in a month, but after the injection: the baseline is asked about, `0 < 10`.
        """,
        eligibility="""
        | patient | overuse by diary | overuse |
        | A       | no               | no      |
        | B       | unknown          | unknown |
        | C       | no               | no      |
        """,
        source="data/dictionary/analysis.toml: has_medication_record",
    ),
    Spec(
        title="A drug that nobody knows",
        question="Some days say 'a white tablet'. It may be of any class. Could it make overuse?",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 |
        | A       | 20 of 28     |
        | B       | 20 of 28     |
        | C       | 20 of 28     |
        | D       | 20 of 28     |
        | E       | 20 of 28     |
        | F       | 20 of 28     |
        | G       | 20 of 28     |
        | H       | 14 of 20     |
        | I       | 14 of 20     |
        """,
        medication="""
        | patient | drug            | taken on      |
        | A       | sumatriptan     | Days -28..-20 |
        | A       | a white tablet  | Day -19       |
        | B       | sumatriptan     | Days -28..-20 |
        | B       | a white tablet  | Day -28       |
        | C       | sumatriptan     | Days -28..-19 |
        | C       | a white tablet  | Day -18       |
        | D       | ibuprofen       | Days -28..-15 |
        | D       | a white tablet  | Day -28       |
        | E       | ibuprofen       | Days -28..-15 |
        | F       | nurtec odt 75mg | Days -28..-17 |
        | F       | a white tablet  | Days -28..-20 |
        | G       | a white tablet  | Days -28..-19 |
        | H       | a white tablet  | Days -28..-21 |
        | I       | a white tablet  | Days -28..-22 |
        """,
        arithmetic="""
        A: nine triptan days, and one that may be a tenth, or of a second class: `9 + 1 = 10 >= 10`, unknown.
        B: the tablet was taken on one of the nine days: `9 < 10` whatever it was.
        C: the known days suffice, `10 >= 10`. Nothing could undo it.
        D: a second class on one of 14 days with a drug would do, `14 >= 10`: unknown. E: one class alone, `14 < 15`.
        F: a gepant has no limit, so nine days count: `9 < 10`. G: `10 >= 10`, unknown.
        H: 20 recorded days, `8 * 28 = 224 >= 200 = 10 * 20`: unknown. I: `7 * 28 = 196 < 200 = 10 * 20`.
        """,
        eligibility="""
        | patient | overuse by diary | overuse |
        | A       | unknown          | unknown |
        | B       | no               | no      |
        | C       | yes              | yes     |
        | D       | unknown          | unknown |
        | E       | no               | no      |
        | F       | no               | no      |
        | G       | unknown          | unknown |
        | H       | unknown          | unknown |
        | I       | no               | no      |
        """,
        source="docs/medication.md; ICHD-3 8.2; data/dictionary/analysis.toml: any_or_unknown_days",
    ),
]

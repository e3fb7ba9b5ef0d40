"""Overuse by the baseline diary: days of intake count, not doses, and each class has its limit."""

from tests.spec.format import Spec

TITLE = "Medication overuse"

RULES = ("article",)

SPECS = [
    Spec(
        title="Ten days of triptan, ergot, opioid or combination",
        question="Nine days of intake or ten?",
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
        """,
        medication="""
        | patient | drug        | taken on      |
        | A       | sumatriptan | Days -28..-20 |
        | B       | sumatriptan | Days -28..-19 |
        | C       | ergotamine  | Days -28..-20 |
        | D       | ergotamine  | Days -28..-19 |
        | E       | tramadol    | Days -28..-20 |
        | F       | tramadol    | Days -28..-19 |
        | G       | combination | Days -28..-20 |
        | H       | combination | Days -28..-19 |
        """,
        arithmetic="Nine days: `9 * 28 = 252 < 280 = 10 * 28`. Ten: `10 * 28 = 280 >= 280 = 10 * 28`.",
        eligibility="""
        | patient | overuse by diary | overuse |
        | A       | no               | no      |
        | B       | yes              | yes     |
        | C       | no               | no      |
        | D       | yes              | yes     |
        | E       | no               | no      |
        | F       | yes              | yes     |
        | G       | no               | no      |
        | H       | yes              | yes     |
        """,
        source="ICHD-3 8.2.1, 8.2.2, 8.2.4, 8.2.5; data/protocol.toml: overuse_days",
    ),
    Spec(
        title="Fifteen days of simple analgesics",
        question="Paracetamol, aspirin and NSAID are one class. Does changing between them matter?",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 |
        | A       | 20 of 28     |
        | B       | 20 of 28     |
        | C       | 20 of 28     |
        | D       | 20 of 28     |
        """,
        medication="""
        | patient | drug        | taken on      |
        | A       | ibuprofen   | Days -28..-15 |
        | B       | ibuprofen   | Days -28..-14 |
        | C       | paracetamol | Days -28..-22 |
        | C       | ibuprofen   | Days -21..-15 |
        | D       | paracetamol | Days -28..-22 |
        | D       | ibuprofen   | Days -21..-14 |
        """,
        arithmetic="""
        A: `14 < 15` days. B: `15 >= 15`.
        C: `7 + 7 = 14` days of one class. The limit of ten for several classes does not apply.
        D: `7 + 8 = 15`.
        """,
        eligibility="""
        | patient | overuse by diary | overuse |
        | A       | no               | no      |
        | B       | yes              | yes     |
        | C       | no               | no      |
        | D       | yes              | yes     |
        """,
        source="ICHD-3 8.2.3; data/protocol.toml: overuse_simple_days",
    ),
    Spec(
        title="Several classes together",
        question="No class reaches its own limit. Do the days of intake together?",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 |
        | A       | 20 of 28     |
        | B       | 20 of 28     |
        | C       | 20 of 28     |
        """,
        medication="""
        | patient | drug        | taken on      |
        | A       | sumatriptan | Days -28..-24 |
        | A       | ibuprofen   | Days -23..-19 |
        | B       | sumatriptan | Days -28..-24 |
        | B       | ibuprofen   | Days -23..-20 |
        | C       | sumatriptan | Days -28..-24 |
        | C       | ibuprofen   | Days -28..-24 |
        """,
        arithmetic="""
        A: `5 + 5 = 10 >= 10` days with a drug of one of two classes.
        B: `5 + 4 = 9 < 10`.
        C: the same five days, `5 < 10`: days count, not drugs.
        """,
        eligibility="""
        | patient | overuse by diary | overuse |
        | A       | yes              | yes     |
        | B       | no               | no      |
        | C       | no               | no      |
        """,
        source="ICHD-3 8.2.6; data/protocol.toml: overuse_days",
    ),
    Spec(
        title="A combination drug belongs to several classes",
        question="Paracetamol with codeine is a combination, an opioid and a simple analgesic. Where is it counted?",
        rules=RULES,
        diary="""
        | patient | Days -28..-1 |
        | A       | 20 of 28     |
        | B       | 20 of 28     |
        | C       | 20 of 28     |
        | D       | 20 of 28     |
        | E       | 20 of 28     |
        """,
        medication="""
        | patient | drug                 | taken on      |
        | A       | paracetamol_codeine  | Days -28..-19 |
        | B       | paracetamol_codeine  | Days -28..-20 |
        | C       | paracetamol_codeine  | Days -28..-24 |
        | C       | tramadol             | Days -23..-19 |
        | D       | paracetamol_codeine  | Days -28..-24 |
        | D       | tramadol             | Days -23..-20 |
        | E       | sumatriptan_naproxen | Days -28..-20 |
        """,
        arithmetic="""
        A: ten days of a combination, `10 >= 10`; as a simple analgesic, `10 < 15`, it would not have been too much.
        B: `9 < 10` in each of its classes, and nine days in all of them together.
        C: opioid on `5 + 5 = 10` days. D: on `5 + 4 = 9`.
        E: nine days of triptan, of combination and of simple analgesic are nine days: `9 < 10`, not `3 * 9 = 27`.
        """,
        eligibility="""
        | patient | overuse by diary | overuse |
        | A       | yes              | yes     |
        | B       | no               | no      |
        | C       | yes              | yes     |
        | D       | no               | no      |
        | E       | no               | no      |
        """,
        source="docs/medication.md; ICHD-3 8.2: days, not doses",
    ),
]

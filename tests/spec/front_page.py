"""The first page of docs/rules: the rule sets, how to read a spec, the disputed definitions, the chapters."""

import re

from tests.spec.chapters import DISPUTED
from tests.spec.format import SHIPPED, Chapter
from tests.spec.wording import (
    HEADACHE_DAYS,
    baseline_words,
    no_response_words,
    response_words,
    success_words,
    window_words,
)

HOW_TO_READ = """\
Every case is a test. A diary is laid out day by day, run through the product's SQL and through an independent
reference written from the same wording, and both have to return the printed rows: no more, no fewer. The expected
values were computed by hand; the formulas under *Arithmetic* are evaluated by the tests, in exact fractions.

- **Days.** Day 1 is the first injection, the day before is Day -1, there is no Day 0. `57..84` is Days 57 to 84.
- **14 of 28** in a diary: 14 days with headache come first, then 14 free days; days left over have no diary row.
  In a result: 14 headache days of 28 recorded ones.
- **Strips.** `\u2588` a day with headache (6 h), `\u00b7` a free day, `?` a row without an answer, a gap: no row.
  Other letters are explained where they occur.
- **Numbers** are exact: 30 is not 29.99. 29.62\u2026 goes on after the digits shown, which are cut, not rounded.
- **null** is null. An empty cell is not part of the question.
- **A variant** is a shipped rule set with the parameters named changed: see [rule parameters](../rule-parameters.md).

Beside the specs, the status under each rule set is compared with a closed form in integers for all 29 x 29 counts of
headache days in the window and at baseline, and for all 435 counts in incomplete windows and in incomplete baselines.
"""


def front_page(chapters: tuple[Chapter, ...]) -> str:
    count = sum(len(chapter.specs) for chapter in chapters)
    parts = [
        "# The rules, case by case",
        f"{count} worked cases: who is a responder, who should stop, and why.",
        "## The six shipped rule sets",
        rule_table(),
        "## How to read a case",
        HOW_TO_READ.strip(),
        "## Where definitions disagree",
        "Guidelines, trials or local policies read each of these in more than one way. The case shows the outcomes.",
        disputed_table(chapters),
        "Whether -5 points on HIT-6 are a meaningful change (5 points: yes, 6 points: no) is a question about scores,"
        " not diaries; it is not part of these cases.",
        "## Chapters",
        chapter_list(chapters),
    ]
    return "\n\n".join(parts) + "\n"


def rule_table() -> str:
    head = [
        "rule set",
        "response",
        "headache day",
        "window",
        "baseline",
        "stop: no response",
        "stop: success",
        "source",
    ]
    lines = [head, ["---"] * len(head)]
    for name, rule in SHIPPED.items():
        lines.append(
            [
                f"[`{name}`](../../data/rules/{name}.toml)",
                response_words(rule),
                HEADACHE_DAYS[rule["headache_day"]],
                window_words(rule),
                baseline_words(rule),
                no_response_words(rule),
                success_words(rule),
                rule["citation"],
            ]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def disputed_table(chapters: tuple[Chapter, ...]) -> str:
    where = {
        spec.case: (f"{number}.{position}", f"{chapter.file}.md", f"{number}.{position} {spec.title}")
        for number, chapter in enumerate(chapters, start=1)
        for position, spec in enumerate(chapter.specs, start=1)
        if spec.case
    }
    lines = ["| definition | example | outcomes | case |", "| --- | --- | --- | --- |"]
    for case, (example, outcomes) in DISPUTED.items():
        name, page, title = where[case]
        lines.append(f"| {case} | {example} | {outcomes} | [{name}]({page}#{slug(title)}) |")
    return "\n".join(lines)


def chapter_list(chapters: tuple[Chapter, ...]) -> str:
    return "\n".join(
        f"{number}. [{chapter.title}]({chapter.file}.md) ({len(chapter.specs)}). {chapter.intro}"
        for number, chapter in enumerate(chapters, start=1)
    )


def slug(title: str) -> str:
    """The anchor a Markdown host gives a heading."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")

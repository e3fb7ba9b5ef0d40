"""Writes the specs as documentation: ``python -m tests.spec.render`` fills docs/rules/ anew."""

import re
from pathlib import Path

from tests.spec.arithmetic import pretty
from tests.spec.chapters import CHAPTERS
from tests.spec.diary_pages import diary_markdown
from tests.spec.format import ALL_SHIPPED, ROOT, Chapter, Spec, pipe_table
from tests.spec.front_page import front_page, slug
from tests.spec.wording import rule_words, stop_words

PAGES = ROOT / "docs/rules"
GENERATED = "<!-- Written by `python -m tests.spec.render` from tests/spec. Edit the specs, not this page. -->"
REPOSITORY_FILE = re.compile(r"\b(docs|data)/([\w/.-]+\.(?:md|toml))|\bREADME\.md")
BOLD = ("status", "verdict", "overuse", "eligible")


def render_pages() -> dict[Path, str]:
    """page -> its text, for every page of docs/rules."""
    pages = {PAGES / "README.md": f"{GENERATED}\n\n{front_page(CHAPTERS)}"}
    for number, chapter in enumerate(CHAPTERS, start=1):
        pages[PAGES / f"{chapter.file}.md"] = f"{GENERATED}\n\n{chapter_page(number, chapter)}"
    return pages


def chapter_page(number: int, chapter: Chapter) -> str:
    parts = [f"# {number}. {chapter.title}", chapter.intro]
    parts.append("\n".join(f"- [{title}](#{slug(title)})" for title in titles(number, chapter)))
    parts += [spec_section(title, spec) for title, spec in zip(titles(number, chapter), chapter.specs, strict=True)]
    parts.append(navigation(number))
    return "\n\n".join(parts) + "\n"


def titles(number: int, chapter: Chapter) -> list[str]:
    return [f"{number}.{position} {spec.title}" for position, spec in enumerate(chapter.specs, start=1)]


def navigation(number: int) -> str:
    links = ["[All chapters](README.md)"]
    if number > 1:
        before = CHAPTERS[number - 2]
        links.insert(0, f"[{number - 1}. {before.title}]({before.file}.md)")
    if number < len(CHAPTERS):
        after = CHAPTERS[number]
        links.append(f"[{number + 1}. {after.title}]({after.file}.md)")
    return "---\n\n" + " | ".join(links)


def spec_section(title: str, spec: Spec) -> str:
    parts = [f"## {title}", f"**Question.** {spec.question}"]
    if spec.expected:
        parts.append(rules_markdown(spec))
    parts += [
        f"**Diary.** {diary_markdown(spec)}",
        f"**Arithmetic**\n\n{bullets(pretty(spec.arithmetic))}",
    ]
    named = (
        ("Result", spec.expected),
        ("Cycles", spec.cycles),
        ("Months", spec.months),
        ("Eligibility", spec.eligibility),
    )
    parts += [f"**{name}**\n\n{result_table(text)}" for name, text in named if text]
    parts.append(f"<sub>Source: {linked(spec.source)}</sub>")
    return "\n\n".join(parts)


def rules_markdown(spec: Spec) -> str:
    if spec.rules == ALL_SHIPPED:
        return "**Rules.** All six shipped rule sets, see [the table](README.md#the-six-shipped-rule-sets)."
    said = [rule_words(rule) for rule in spec.rules]
    verdicts = {row.get("verdict", "") for row in pipe_table(spec.expected)}
    shipped = [rule for rule in spec.rules if isinstance(rule, str)]
    if verdicts & {"stop_no_response", "stop_success"}:
        said = [
            f"{words}; {stop_words(rule)}" if rule in shipped else words
            for words, rule in zip(said, spec.rules, strict=True)
        ]
    return f"**Rule.** {said[0]}." if len(said) == 1 else "**Rules**\n\n" + "\n".join(f"- {words}" for words in said)


def bullets(text: str) -> str:
    """A bullet per sentence line; a line that does not end a sentence goes on in the next."""
    paragraphs: list[str] = []
    for line in (line.strip() for line in text.strip().splitlines()):
        if paragraphs and not paragraphs[-1].endswith("."):
            paragraphs[-1] += f" {line}"
        else:
            paragraphs.append(line)
    return "\n".join(f"- {paragraph}" for paragraph in paragraphs)


def result_table(text: str) -> str:
    rows = pipe_table(text)
    lines = [list(rows[0]), ["---"] * len(rows[0])]
    lines += [[result_cell(column, cell) for column, cell in row.items()] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def result_cell(column: str, cell: str) -> str:
    if cell == "-":
        return "null"
    if re.fullmatch(r"-?\d+\.\d+\.\.", cell):
        return cell[:-2] + "\u2026"
    return f"**{cell}**" if column in BOLD and cell else f"`{cell}`" if column == "rule set" else cell


def linked(text: str) -> str:
    """File names of the repository as links from docs/rules."""
    return REPOSITORY_FILE.sub(lambda found: f"[{found[0]}]({link_target(found)})", text)


def link_target(found: re.Match[str]) -> str:
    if not found[1]:
        return "README.md"
    return f"../{found[2]}" if found[1] == "docs" else f"../../{found[0]}"


def write_pages() -> None:
    pages = render_pages()
    PAGES.mkdir(parents=True, exist_ok=True)
    for stale in set(PAGES.glob("*.md")) - pages.keys():
        stale.unlink()
    for path, text in pages.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages()

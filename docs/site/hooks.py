"""What mkdocs does beside the pages of docs/: the README and the other texts of the top level, a page for every table,
links that lead out of docs/, and the chart.
"""

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from docs.site.chart import draw_chart
from docs.site.schema_pages import schema_nav, schema_pages

ROOT = Path(__file__).parents[2]
# Texts outside docs/ that are pages of the site.
TOP_LEVEL = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md"}
FOLDERS = {"docs/decisions": "decisions/index.md", "docs/examples": "examples/index.md"}
LINK = re.compile(r"(?<!!)(\[[^\]]*\]\()([^)\s#]+)(#[^)\s]*)?(\))")
FENCE = re.compile(r"^```.*?^```[^\n]*$", flags=re.MULTILINE | re.DOTALL)
CHART = re.compile(r"^```mermaid\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Write out "folder/*" in the navigation."""
    config.nav = _whole(config.nav or [])
    return config


def _whole(entries: list[Any]) -> list[Any]:
    return [
        {title: _whole(target) if isinstance(target, list) else _pages(target)}
        for entry in entries
        for title, target in entry.items()
    ]


def _pages(target: str) -> str | list[Any]:
    if target == "schema/*":
        return schema_nav()
    if not target.endswith("/*"):
        return target
    folder = target.removesuffix("/*")
    index = "README.md" if (ROOT / "docs" / folder / "README.md").exists() else "index.md"
    pages = sorted(path.name for path in (ROOT / "docs" / folder).glob("*.md") if path.name != "README.md")
    return [f"{folder}/{index}", *(f"{folder}/{name}" for name in pages)]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made here, and the files of the repository that pages link to."""
    made = {page: (ROOT / name).read_text(encoding="utf-8") for name, page in TOP_LEVEL.items()}
    made |= {FOLDERS["docs/decisions"]: _decisions(), FOLDERS["docs/examples"]: _examples()}
    made |= schema_pages()
    for page, text in made.items():
        files.append(File.generated(config, page, content=text))
    texts = [(page, text) for page, text in made.items()]
    texts += [(file.src_uri, file.content_string) for file in files.documentation_pages() if file.src_uri not in made]
    for linked in sorted({target for page, text in texts for target in _linked(page, text) if _is_source(target)}):
        content = (ROOT / linked).read_text(encoding="utf-8")
        files.append(File.generated(config, _source_page(linked), content=content))
    return files


def on_page_markdown(markdown: str, page: Any, config: MkDocsConfig, files: Files) -> str:
    """Charts become pictures, and links into the repository links of the site."""
    uri = page.file.src_uri
    markdown = CHART.sub(lambda found: draw_chart(found[1]), markdown)
    return _outside_fences(markdown, lambda text: LINK.sub(lambda found: _site_link(uri, found), text))


def _outside_fences(markdown: str, change: Any) -> str:
    parts, end = [], 0
    for fence in FENCE.finditer(markdown):
        parts += [change(markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(markdown[end:])])


def _site_link(page: str, found: re.Match[str]) -> str:
    target = _target(page, found[2])
    if target is None or (at := _place(target)) is None:
        return found[0]
    return f"{found[1]}{relpath(at, PurePosixPath(page).parent.as_posix())}{found[3] or ''}{found[4]}"


def _linked(page: str, text: str) -> set[str]:
    return {target for found in LINK.finditer(FENCE.sub("", text)) if (target := _target(page, found[2]))}


def _target(page: str, link: str) -> str | None:
    """The path in the repository that a link of a page means; null for an address."""
    if ":" in link or page.startswith("schema/"):
        return None
    home = next((name for name, made in TOP_LEVEL.items() if made == page), f"docs/{page}")
    return normpath(PurePosixPath(home).parent / link)


def _place(target: str) -> str | None:
    """Where the site has a file or folder of the repository; null where nothing is there, which mkdocs then tells."""
    if target in TOP_LEVEL or target in FOLDERS:
        return (TOP_LEVEL | FOLDERS)[target]
    if target.startswith("docs/") and target.endswith(".md"):
        return target.removeprefix("docs/")
    return _source_page(target) if _is_source(target) else None


def _is_source(target: str) -> bool:
    """Whether a link means a file of the repository that is no page."""
    path = ROOT / target
    return path.is_file() and target not in TOP_LEVEL and not (target.startswith("docs/") and path.suffix == ".md")


def _source_page(target: str) -> str:
    """A browser shows a .txt and offers to save a .toml."""
    return f"source/{target}.txt"


def _decisions() -> str:
    rows = []
    for path in sorted((ROOT / "docs/decisions").glob("*.md")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        rows.append(f"- [{title}]({path.name})")
    return "# Decisions\n\nWhat was decided, why, and what was rejected.\n\n" + "\n".join(rows) + "\n"


def _examples() -> str:
    parts = ["# Examples\n\nThe published database, read from other tools."]
    for path, language in (("responders.py", "python"), ("responders.R", "r")):
        text = (ROOT / "docs/examples" / path).read_text(encoding="utf-8")
        parts.append(f"## {path}\n\n```{language}\n{text.rstrip()}\n```")
    parts.append("## explore.ipynb\n\nA notebook: [explore.ipynb](explore.ipynb).")
    return "\n\n".join(parts) + "\n"

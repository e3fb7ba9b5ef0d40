"""publication/: the tables as HTML and RTF hold the cells of summary.*, and both can be read."""

import io
import re
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import docx
import duckdb
import pytest
from docx.enum.section import WD_ORIENT
from striprtf.striprtf import rtf_to_text

from flows.publishing.exported_standards import export_shells
from flows.publishing.exports import as_html, as_rtf, write_publication
from flows.publishing.publication_tables import create_cell_macros, load_publication_tables
from flows.publishing.table_layout import Layout, lay_out
from flows.publishing.word_tables import as_docx
from flows.runs.run_summary import print_summary, summarise_run
from tests.conftest import Published
from tests.summary_study import Trial, only

NAMES = [table.name for table in load_publication_tables()]


class Cells(HTMLParser):
    """The texts of all cells, row by row."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.is_cell = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        self.is_cell = tag in ("td", "th")
        if self.is_cell:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self.is_cell = False

    def handle_data(self, data: str) -> None:
        if self.is_cell:
            self.rows[-1][-1] += data


@pytest.mark.parametrize("name", NAMES)
def test_a_table_for_word_holds_the_same(demo: Published, name: str) -> None:
    """Landscape, its head on every page, its note, and where the numbers come from; read by python-docx."""
    rows = Cells((demo.current / "publication" / f"{name}.html").read_text()).rows
    document = docx.Document(str(demo.current / "publication" / f"{name}.docx"))
    (table,) = document.tables
    assert table._tbl.tr_lst[0].trPr.xpath("w:tblHeader")
    read = [[cell.text for cell in row.cells] for row in table.rows]
    # A section spans all columns: python-docx gives its cell once for each of them.
    assert [row[:1] if len(wanted) == 1 else row for row, wanted in zip(read, rows, strict=True)] == rows
    assert document.sections[0].orientation == WD_ORIENT.LANDSCAPE
    assert document.sections[0].page_width > document.sections[0].page_height
    title, note, source = (paragraph.text for paragraph in document.paragraphs)
    page = (demo.current / "publication" / f"{name}.html").read_text()
    assert escape(title, quote=False) in page
    assert escape(note, quote=False) in page
    assert re.fullmatch(
        rf"Source: (?:summary|meta)\.\w+(, summary\.\w+)*; snapshot {demo.current.resolve().name}\.", source
    )


@pytest.mark.parametrize("name", NAMES)
def test_rtf_is_read_by_others(demo: Published, name: str) -> None:
    rows = Cells((demo.current / "publication" / f"{name}.html").read_text()).rows
    text = rtf_to_text((demo.current / "publication" / f"{name}.rtf").read_text(encoding="ascii"))
    read = [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if "|" in line]
    assert [[cell for cell in row if cell] for row in read] == [[cell for cell in row if cell] for row in rows]


def test_a_table_shell_has_no_number_of_the_study(demo: Published, tmp_path: Path) -> None:
    """In any of the three formats; what is not a result, as the cycle, stays."""
    written = export_shells(demo.out, tmp_path)
    assert len(written) == 3 * len(NAMES)
    n_cells = 0
    for name in [name for name in NAMES if name != "19-estimands"]:  # definitions are of the plan
        shell = Cells((tmp_path / f"{name}.html").read_text()).rows
        table = Cells((demo.current / "publication" / f"{name}.html").read_text()).rows
        assert [row[0] for row in shell] == [row[0] for row in table]
        cells = [cell for row in shell for cell in row[1:]]
        n_cells += len(cells)
        assert [cell for cell in cells if re.search(r"[\d<>–]", cell)] == []
        assert {cell for cell in cells if "xx" not in cell} <= {"unit"}
        document = docx.Document(str(tmp_path / f"{name}.docx"))
        assert [[cell.text for cell in row.cells][:1] for row in document.tables[0].rows] == [row[:1] for row in shell]
        assert "Table shell, without numbers." in document.paragraphs[1].text
        assert (tmp_path / f"{name}.rtf").read_text(encoding="ascii").count("xx") == str(shell).count("xx")
    assert n_cells > 500


@pytest.mark.parametrize("name", NAMES)
def test_every_table_is_published_in_both_formats(demo: Published, name: str) -> None:
    page = (demo.current / "publication" / f"{name}.html").read_text()
    rows = Cells(page).rows
    assert len(rows) > 3
    arms = [label for label in rows[0][1:] if not label.startswith("All subjects")]
    of_words = ["Definition"] if name == "19-estimands" else ["OnabotulinumtoxinA (N = 33)"]
    assert arms in (["Placebo (N = 30)", "OnabotulinumtoxinA (N = 33)"], of_words)
    assert "http" not in page
    assert "src=" not in page
    rtf = (demo.current / "publication" / f"{name}.rtf").read_text(encoding="ascii")
    texts = [
        re.findall(r"\{(?:\\b )?([^{}]*)\}\\cell", line) for line in rtf.splitlines() if line.startswith(r"\trowd")
    ]
    plain = [[cell.replace(r"\u8211?", "–") for cell in row] for row in texts]
    assert plain == rows


def test_cells_are_those_of_the_summary(demo: Published) -> None:
    rows = Cells((demo.current / "publication/05-responders.html").read_text()).rows
    first = next(row for row in rows if row[0] == "observed")
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        rate = only(con, "summary.responder_rates", rule_set="article", cycle=1, arm="ona")
    shown = "{n_responders}/{n_evaluable} ({responder_pct:.1f}%) [{ci_low_pct:.1f}, {ci_high_pct:.1f}]".format(**rate)
    assert first[2] == shown


def test_arms_that_do_not_add_up_are_explained_where_both_are_shown(
    demo: Published, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two treated subjects of the demo have no known arm: 30 and 33 of 65."""
    reason = "with 2 treated subjects of no known arm."
    for name in NAMES:
        page = (demo.current / "publication" / f"{name}.html").read_text()
        assert (f"All subjects: {reason}" in page) == ("All subjects (N = 65)" in page), name
    print_summary(summarise_run(demo.current, is_new=True))
    assert f"All: {reason}" in " ".join("".join(capsys.readouterr()).split())


def rtf_rows_are_sound(text: str) -> bool:
    depth, escaped = 0, False
    for character in text:
        depth += 0 if escaped else {"{": 1, "}": -1}.get(character, 0)
        escaped = character == "\\" and not escaped
        if depth < 0:
            return False
    rows = [line for line in text.splitlines() if line.startswith(r"\trowd")]
    return depth == 0 and all(len(re.findall(r"\\cellx", r)) == len(re.findall(r"\\cell(?!x)", r)) for r in rows)


def test_odd_characters_survive() -> None:
    layout = Layout("T <1> {a}\\b", ["Größe & 𝛼"], [("s", 'l "x"', ["–", ])], "note\nof two lines")  # fmt: skip
    rtf = as_rtf(layout)
    assert rtf.isascii()
    assert rtf_rows_are_sound(rtf)
    assert r"\{a\}\\b" in rtf
    assert r"Gr\u246?\u223?e" in rtf
    assert r"\u-10187?\u-8452?" in rtf  # U+1D6FC is D835 DEFC in UTF-16; less 65536 each
    assert r"note\line of two lines" in rtf
    document = docx.Document(io.BytesIO(as_docx(layout._replace(note="one \x0b\ntwo"))))
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows][0::2] == [
        ["", "Größe & 𝛼"],
        ['l "x"', "–"],
    ]
    assert document.paragraphs[1].text == "one \ufffd\ntwo"  # what XML cannot hold, and a line break
    page = as_html(layout)
    assert "T &lt;1&gt; {a}" in page
    assert Cells(page).rows == [["", "Größe & 𝛼"], ["s"], ['l "x"', "–"]]


@pytest.mark.parametrize("name", NAMES)
def test_rtf_is_sound(demo: Published, name: str) -> None:
    assert rtf_rows_are_sound((demo.current / "publication" / f"{name}.rtf").read_text(encoding="ascii"))


def test_a_table_that_is_not_given_says_why() -> None:
    con = Trial().add("a", "x", 20, (20, 20, 10)).summarise({})
    con.execute("CREATE TABLE meta.runs AS SELECT 'nice_ta260' AS primary_rule_set, 'id' AS snapshot_id")
    create_cell_macros(con)
    by_name = {table.name: lay_out(con, table) for table in load_publication_tables()}
    empty = by_name["06-differences"]
    assert (empty.columns, empty.rows) == ([], [])
    assert empty.note.startswith("Not given: the study has one arm")
    assert by_name["04-compliance"].columns == ["All subjects (N = 1)"]
    assert by_name["13-adverse-events"].note == "The study has no data for this table."
    assert "Not given" in as_html(empty)
    assert rtf_rows_are_sound(as_rtf(empty))


def test_a_second_time_gives_the_same_bytes(demo: Published, tmp_path: Path) -> None:
    for path in write_publication(demo.current / "outcomes.duckdb", tmp_path / "again"):
        assert path.read_bytes() == (demo.current / "publication" / path.name).read_bytes()

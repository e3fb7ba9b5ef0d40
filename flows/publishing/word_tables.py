"""A publication table as a Word document (DOCX): landscape A4, the head of the table repeated on every page.

Written as the few XML parts that the format asks for, without a clock, so that equal tables give equal bytes.
"""

import io
import zipfile
from html import escape

from flows.base.xml_text import xml_text
from flows.publishing.table_layout import PAGE_TWIPS, Layout

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
PACKAGES = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
NO_CLOCK = (1980, 1, 1, 0, 0, 0)  # the earliest that the format can hold
CONTENT_TYPES = (
    f'{HEAD}<Types xmlns="{PACKAGES}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    '<Override PartName="/word/styles.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = (
    f'{HEAD}<Relationships xmlns="{PACKAGES}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
DOCUMENT_RELATIONS = (
    f'{HEAD}<Relationships xmlns="{PACKAGES}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
)
STYLES = (
    f"{HEAD}<w:styles {NAMESPACE}><w:docDefaults><w:rPrDefault><w:rPr>"
    '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/><w:sz w:val="20"/>'
    '</w:rPr></w:rPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal">'
    '<w:name w:val="Normal"/></w:style></w:styles>'
)
LANDSCAPE = (
    '<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>'
    '<w:pgMar w:top="1134" w:right="1440" w:bottom="1134" w:left="1440" w:header="709" w:footer="709" w:gutter="0"/>'
    "</w:sectPr>"
)
LINE = '<w:{side} w:val="single" w:sz="8" w:space="0" w:color="auto"/>'


def as_docx(layout: Layout) -> bytes:
    """The document; below the table its note and where the numbers come from."""
    body = [
        _paragraph(layout.title, is_bold=True),
        *([_table(layout)] if layout.columns else []),
        _paragraph(layout.note),
        *([_paragraph(layout.source)] if layout.source else []),
        LANDSCAPE,
    ]
    document = f"{HEAD}<w:document {NAMESPACE}><w:body>{''.join(body)}</w:body></w:document>"
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": RELATIONS,
        "word/_rels/document.xml.rels": DOCUMENT_RELATIONS,
        "word/styles.xml": STYLES,
        "word/document.xml": document,
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        for name, text in parts.items():
            package.writestr(zipfile.ZipInfo(name, NO_CLOCK), text.encode(), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _table(layout: Layout) -> str:
    columns = len(layout.columns)
    first = PAGE_TWIPS // 3
    widths = [first, *[(PAGE_TWIPS - first) // columns] * columns]
    borders = "".join(LINE.format(side=side) for side in ("top", "bottom"))
    rows = [_row(["", *layout.columns], widths, is_head=True)]
    last = ""
    for section, label, cells in layout.rows:
        if section != last:
            rows.append(_row([section], [sum(widths)], span=1 + columns, is_bold=True))
            last = section
        rows.append(_row([label, *cells], widths))
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{"".join(rows)}</w:tbl>'
    )


def _row(cells: list[str], widths: list[int], span: int = 1, is_head: bool = False, is_bold: bool = False) -> str:
    spanned = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    border = f"<w:tcBorders>{LINE.format(side='bottom')}</w:tcBorders>" if is_head else ""
    texts = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spanned}{border}</w:tcPr>'
        f"{_paragraph(cell, is_bold=is_head or is_bold)}</w:tc>"
        for cell, width in zip(cells, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if is_head else ''}</w:trPr>{texts}</w:tr>"


def _paragraph(text: str, is_bold: bool = False) -> str:
    style = "<w:rPr><w:b/></w:rPr>" if is_bold else ""
    lines = xml_text(text).split("\n")
    runs = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line, quote=False)}</w:t>' for line in lines)
    return f"<w:p><w:r>{style}{runs}</w:r></w:p>"

"""Subject identifiers that are written in more than one way: told as probable twins, or folded as study.toml says."""

import re
import unicodedata

import duckdb

Connection = duckdb.DuckDBPyConnection
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")
_BLANKS = re.compile(r"[\s\u200b\u2060\ufeff]+")
_DASHES = re.compile(r"[-\u2010-\u2015\u2212\u00ad_\ufe58\ufe63\uff0d]+")
_EVERYTHING = ("case", "zeros", "blanks")


def fold_id(written: str, folding: tuple[str, ...]) -> str:
    """An identifier as it is published: of one width and Unicode form (NFKC) where anything is folded; ``case``: upper
    case; ``blanks``: none; ``zeros``: no leading zeros in any run of digits (P-007 is P-7)."""
    if not folding:
        return written
    text = unicodedata.normalize("NFKC", written)
    if "blanks" in folding:
        text = _BLANKS.sub("", text)
    if "case" in folding:
        text = text.upper()
    if "zeros" in folding:
        text = _LEADING_ZEROS.sub("", text)
    return text or written


def twin_keys(written: str) -> set[str]:
    """Two identifiers that share a key differ only by case, blanks, leading zeros, dashes, width or Unicode form.

    Leading zeros may stand before or after a dash is taken away: 1-01 is 1-1 as well as 101.
    """
    text = unicodedata.normalize("NFKC", _BLANKS.sub("", written))
    with_dashes = fold_id(_DASHES.sub("-", text), ("case", "blanks"))
    joined = with_dashes.replace("-", "")
    return {joined, fold_id(with_dashes, _EVERYTHING).replace("-", ""), fold_id(joined, _EVERYTHING)}


def are_twins(one: str, other: str) -> bool:
    """Whether two identifiers are probably one. Dashes at two different places tell them apart: site 1 subject 11 is
    not site 11 subject 1."""
    dashed = [fold_id(_DASHES.sub("-", unicodedata.normalize("NFKC", text)), _EVERYTHING) for text in (one, other)]
    return bool(twin_keys(one) & twin_keys(other)) and (
        dashed[0] == dashed[1] or not all(_parts_numbers(text) for text in dashed)
    )


def _parts_numbers(text: str) -> bool:
    """Whether a dash stands between two digits, where it tells 1-11 from 11-1."""
    return bool(re.search(r"\d-\d", text))


def fold_ids(con: Connection, table: str, file_ids: list[str], folding: tuple[str, ...]) -> None:
    """Fold the identifiers of files just landed into ``table``; landing.written_ids keeps how they were written, and on
    how many lines."""
    if not folding:
        return
    found = con.execute(
        f"SELECT file_id, subject_id, count(*) FROM {table}"
        " WHERE file_id IN (SELECT unnest($1)) AND subject_id IS NOT NULL GROUP BY ALL",
        [file_ids],
    ).fetchall()
    if not found:
        return
    of_files, written, lines = zip(*found, strict=True)
    con.execute(
        "INSERT INTO landing.written_ids SELECT unnest(CAST($1 AS VARCHAR[])), unnest(CAST($2 AS VARCHAR[])),"
        " unnest(CAST($3 AS VARCHAR[])), unnest(CAST($4 AS BIGINT[]))",
        [of_files, [fold_id(text, folding) for text in written], written, lines],
    )
    con.execute(
        f"UPDATE {table} AS line SET subject_id = id.subject_id FROM landing.written_ids AS id"
        " WHERE line.file_id IN (SELECT unnest($1)) AND id.file_id = line.file_id AND id.written = line.subject_id"
        " AND id.subject_id <> id.written",
        [file_ids],
    )

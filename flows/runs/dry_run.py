"""run --dry-run: what a run would land, without a byte written to OUT. The new files are read in a scratch folder."""

import tempfile
from pathlib import Path

from flows.base.errors import ConfigurationError
from flows.base.toml_files import Frozen
from flows.landing.inbox import classify, list_inbox, list_refused
from flows.landing.landing_tables import create_landing_tables, forget_refused_files
from flows.landing.new_files import land_new_files
from flows.study.study_folder import Study
from flows.warehouse.blinding_key import KEY_NAME, lend_key
from flows.warehouse.database import open_warehouse
from flows.warehouse.kept_inputs import KeptInputs, listed_inputs
from flows.warehouse.settings_tables import load_metadata


class NewFile(Frozen):
    """A file that would be landed; lines of injections of a blinded study are not counted."""

    path: str
    kind: str
    lines: int | None


class FileLeftOut(Frozen):
    """A file that would not count: refused, ignored or withdrawn."""

    path: str
    status: str
    reason: str


class DryRun(Frozen):
    """What a run would land now."""

    new: tuple[NewFile, ...]
    left_out: tuple[FileLeftOut, ...]
    files_landed_before: int  # they are still there and would be landed by no run again


def look_at_inbox(study: Study, out: Path) -> DryRun:
    """What a run of the study into ``out`` would land.

    Raises ConfigurationError where ``out`` is of another study, or its index of kept inputs cannot be read.
    """
    state = out / "state"
    with tempfile.TemporaryDirectory(prefix="dry-run-") as folder:
        scratch = Path(folder)
        if (state / KEY_NAME).exists():
            lend_key(state, scratch / "state")
        _lend_known(state / "inputs", scratch, study.facts.id)
        with open_warehouse(scratch, study) as (con, kept):
            load_metadata(con, study, None)
            create_landing_tables(con)
            forget_refused_files(con)
            files = list_inbox(study)
            decided = [(file, classify(file, study, kept)) for file in files]
            list_refused(con, kept, decided)
            land_new_files(con, study, kept, [file for file, decision in decided if decision.status == "new"])
            new = con.execute(
                "SELECT path, any_value(kind), CAST(sum(lines_read - lines_elsewhere)"
                " FILTER (NOT ($1 AND kind = 'injections')) AS BIGINT)"
                " FROM landing.landed_files GROUP BY path ORDER BY path",
                [study.facts.blinded],
            ).fetchall()
            left_out = con.execute("SELECT path, status, reason FROM landing.refused_files ORDER BY ALL").fetchall()
    known = [(file, decision) for file, decision in decided if decision.status == "landed"]
    withdrawn = [
        FileLeftOut(path=file.path, status="withdrawn", reason=withdrawal.reason)
        for file, _ in known
        if (withdrawal := study.withdrawal_of(file.path, *kept.hashes_of(file.sha256)))
    ]
    return DryRun(
        new=tuple(NewFile(path=path, kind=kind, lines=lines) for path, kind, lines in new),
        left_out=(
            *withdrawn,
            *(FileLeftOut(path=path, status=status, reason=reason) for path, status, reason in left_out),
        ),
        files_landed_before=len(known) - len(withdrawn),
    )


def _lend_known(inputs: Path, scratch: Path, study_id: str) -> None:
    """A store in the scratch folder that knows what was landed before; the bytes are linked, not copied."""
    try:
        known = listed_inputs(inputs) if (inputs / "index.jsonl").exists() else []
    except (OSError, ValueError):
        raise ConfigurationError(f"{inputs}: the index of the kept inputs cannot be read.") from None
    if known and f'"{study_id}"' not in (inputs / "index.jsonl").open(encoding="utf-8").readline():
        raise ConfigurationError(
            f"{inputs.parent.parent}: holds another study than '{study_id}'; choose another --out."
        )
    lent = KeptInputs(scratch / "state" / "inputs", study_id)
    for entry in known:
        lent.location(entry).symlink_to(inputs.resolve() / entry.sha256)
    lent.keep(*known)


def dry_run_in_words(found: DryRun) -> list[str]:
    """One line a file, and the counts at the end."""
    lines = [
        f"would land  {file.path}: {file.kind.replace('_', ' ')}"
        + ("" if file.lines is None else f", {file.lines:,} line{'' if file.lines == 1 else 's'}")
        for file in found.new
    ]
    lines += [f"{file.status:<10}  {file.path}: {file.reason}" for file in found.left_out]
    kinds = sorted({file.kind for file in found.new})
    by_kind = (
        ", ".join(f"{sum(f.kind == kind for f in found.new)} {kind.replace('_', ' ')}" for kind in kinds) or "none"
    )
    return [
        *lines,
        f"New files: {by_kind}. Landed before: {found.files_landed_before}. Not read: {len(found.left_out)}."
        " Nothing was landed or published.",
    ]

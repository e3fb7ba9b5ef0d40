"""simulate: a complete study folder with its truth beside it, written run by run in bounded memory."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from flows.base.errors import ConfigurationError
from flows.base.resources import resource
from flows.simulation import file_formats
from flows.simulation.chance import Chance
from flows.simulation.course import Run, simulate_run, spans
from flows.simulation.csv_text import Block
from flows.simulation.dirt import (
    Spoilt,
    diary_edits,
    interval_rates,
    line_edits,
    spoil_subjects,
    subject_edits,
)
from flows.simulation.dirt_sessions import session_edits
from flows.simulation.planting import REFUSED, Edit, Mark, apply
from flows.simulation.recording import medicines
from flows.simulation.schedule import longest_stay
from flows.simulation.settings import Preset, load_dirt
from flows.simulation.tables import BLOCKS, HEADERS, Names, diary_block, names, site_of, sites_of
from flows.simulation.truth import TruthFiles
from flows.study.rule_sets import load_rule_sets


class Written(NamedTuple):
    """What a simulation wrote."""

    subjects: int
    diary_lines: int
    faults: int


class Sink:
    """One inbox file in the making: its bytes and the number of its next line."""

    def __init__(self, inbox: Path, path: str, kind: str, writing: str) -> None:
        self.path, self.writing = path, writing
        self._file = (inbox / path).open("wb")
        self._file.write(file_formats.header(writing, HEADERS[kind]))
        self.next_line = 2

    def add(self, piece: bytes, lines: int) -> None:
        """Append lines."""
        self._file.write(file_formats.written(self.writing, piece))
        self.next_line += lines

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


def sizes_of(preset: Preset, total: int | None, arms: dict[str, int | None] | None) -> tuple[Preset, tuple[int, ...]]:
    """The preset with the wanted arms, and the size of each: as stated, else ``total`` in the preset's proportions."""
    chosen = arms or {arm.code: None for arm in preset.arms}
    if unknown := sorted(set(chosen) - {arm.code for arm in preset.arms}):
        raise ConfigurationError(
            f"--arms: there is no arm '{unknown[0]}' in the preset '{preset.id}'; it has "
            + ", ".join(arm.code for arm in preset.arms)
            + "."
        )
    kept = tuple(arm for arm in preset.arms if arm.code in chosen)
    stated = [chosen[arm.code] for arm in kept]
    if all(size is not None for size in stated):
        sizes = [size for size in stated if size is not None]
        if total is not None and total != sum(sizes):
            raise ConfigurationError(f"--subjects: is {total} but the sizes in --arms add up to {sum(sizes)}.")
    elif any(size is not None for size in stated):
        raise ConfigurationError("--arms: state the size of every arm, as in placebo=100,ona=200, or of none.")
    else:
        published = [arm.subjects for arm in kept]
        wanted = sum(published) if total is None else total
        # Cumulated shares, rounded: the sizes always add up.
        edges = [round(wanted * sum(published[:place]) / sum(published)) for place in range(len(kept) + 1)]
        sizes = [after - before for before, after in pairwise(edges)]
    if min(sizes) < 1:
        raise ConfigurationError("--subjects: every arm needs at least one subject.")
    settings = []
    for arm, size in zip(kept, sizes, strict=True):
        # Without the arm it switches to, an arm keeps its own effect.
        switches_to = arm.switches_to if arm.switches_to in chosen else None
        settings.append(arm.model_copy(update={"subjects": size, "switches_to": switches_to}))
    return preset.model_copy(update={"arms": tuple(settings)}), tuple(sizes)


def write_study(folder: Path, preset: Preset, sizes: tuple[int, ...], seed: int, dirty: float = 0.0) -> Written:
    """Write study.toml, inbox/ and truth/. The same preset, sizes, seed and rate give the same bytes everywhere.

    Raises ConfigurationError when the folder holds anything.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ConfigurationError(f"{folder}: is not empty; choose a new folder.")
    rule_sets = load_rule_sets(preset.study.rule_sets, [resource("data/rules")])
    medicines(preset)  # a drug that is not in the code list is reported before anything is written
    total, dirt = sum(sizes), load_dirt()
    sites = sites_of(preset.study.sites, total)
    writings, beside = file_formats.draw_writings(dirt, dirty, seed, sites)
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    (folder / "study.toml").write_text(_settings(preset, seed, writings), encoding="utf-8")
    truth = TruthFiles(folder / "truth", rule_sets)
    sinks = {kind: Sink(inbox, f"{kind}.csv", kind, file_formats.PLAIN) for kind in BLOCKS if kind != "diary"}
    diaries = [Sink(inbox, f"diary_{_site(site)}.csv", "diary", writings[site]) for site in range(sites)]
    bare = np.array([file_formats.WRITINGS[name].is_bare for name in writings])
    faults = 0
    for first, count in spans(preset, total):
        site = site_of(np.arange(first + 1, first + count + 1), sites, total)
        lines = spoil_subjects(dirt, dirty, Chance(seed, first, count))
        spoilt = Spoilt(dirt, dirty, lines, bare[site], {})
        rates = interval_rates(dirt, dirty)
        run = simulate_run(preset, seed, sizes, first, count, rates, spoilt.mask("back_filled"))
        spoilt.no_diary.update(_without_diary(run, site, writings))
        named = names(run, total)
        truth.add(run, named)
        for sink, block, edits in _blocks(run, named, spoilt, sinks, diaries, site):
            for piece, count_of_lines, marks in apply(block, edits, sink.next_line):
                # The lines of a file that is refused are never read: nothing can be found on them.
                for line, mark in marks if file_formats.WRITINGS[sink.writing].outcome != REFUSED else ():
                    for place in file_formats.lines_in_file(sink.writing, line, mark.check_id):
                        truth.fault(sink.path, place, mark)
                        faults += 1
                sink.add(piece, count_of_lines)
    for sink in (*sinks.values(), *diaries):
        sink.close()
    for path, mark in _file_faults(inbox, writings, beside):
        truth.fault(path, None, mark)
        faults += 1
    truth.close()
    return Written(total, sum(sink.next_line - 2 for sink in diaries), faults)


def _without_diary(run: Run, site: np.ndarray, writings: list[str]) -> dict[int, str]:
    """Subjects none of whose diary lines can be read because of how their site's file is written."""
    found = {}
    for place in np.unique(site).tolist():
        name = writings[place]
        is_refused = file_formats.WRITINGS[name].outcome == REFUSED
        readable = run.recorded.has_row & (not is_refused)
        if name == "attack_only":
            readable &= run.diary.headache
        found |= {int(subject): name for subject in np.flatnonzero((site == place) & ~readable.any(axis=0))}
    return found


def _blocks(
    run: Run, named: Names, spoilt: Spoilt, sinks: dict[str, Sink], diaries: list[Sink], site: np.ndarray
) -> Iterator[tuple[Sink, Block, dict[int, Edit]]]:
    """The lines of a run for each file, and what becomes of them."""
    dirty = spoilt.rate > 0
    for kind, sink in sinks.items():
        block = BLOCKS[kind](run, named)
        if not dirty:
            yield sink, block, {}
        elif kind == "subjects":
            yield sink, block, subject_edits(run, block, spoilt)
        elif kind == "injections":
            yield sink, block, session_edits(run, block, spoilt)
        else:
            yield sink, block, line_edits(kind, run, block, spoilt)
    for place in np.unique(site).tolist():
        sink = diaries[place]
        here = run.recorded.has_row & (site == place)
        if sink.writing == "attack_only":
            here &= run.diary.headache
        block = diary_block(run._replace(recorded=run.recorded._replace(has_row=here)), named)
        yield sink, block, diary_edits(run, block, spoilt, sink.writing) if dirty else {}


def _file_faults(inbox: Path, writings: list[str], beside: dict[int, str]) -> Iterator[tuple[str, Mark]]:
    """Findings on whole files; writes the files that lie beside a site's own."""
    for site, name in enumerate(writings):
        writing = file_formats.WRITINGS[name]
        for check in writing.marks:
            yield f"diary_{_site(site)}.csv", Mark(name, check, writing.outcome)
    is_first = True
    for site, name in beside.items():
        source = inbox / f"diary_{_site(site)}.csv"
        if name == "copied":
            path = f"diary_{_site(site)}_copy.csv"
            (inbox / path).write_bytes(source.read_bytes())
            yield path, file_formats.BESIDE[name]
        elif is_first:  # a second one would be a copy of the first
            path = f"diary_{_site(site)}_empty.csv"
            # The delimiter is the one declared for the site's files.
            writing = "german" if writings[site] == "german" else file_formats.PLAIN
            (inbox / path).write_bytes(file_formats.header(writing, HEADERS["diary"]))
            yield path, file_formats.BESIDE[name]
            is_first = False


def _site(site: int) -> str:
    return f"site-{site + 1:02d}"


def _settings(preset: Preset, seed: int, writings: list[str]) -> str:
    """study.toml."""
    study = preset.study
    cutoff = study.start_date + timedelta(days=study.enrolment_days + longest_stay(preset, True) + 60)
    arms = "".join(f'{arm.code} = "{arm.label}"\n' for arm in preset.arms)
    rule_sets = ", ".join(f'"{name}"' for name in study.rule_sets)
    declared = "".join(
        f'\n[[files.diary]]\npattern = "diary_{_site(site)}*.csv"\n{file_formats.SETTINGS[name]}'
        for site, name in enumerate(writings)
        if name in file_formats.SETTINGS
    )
    return (
        f'# Simulated: preset {preset.id}, seed {seed}. The truth is in truth/.\n\n[study]\nid = "SIM-{seed}"\n'
        f'title = "{preset.title}"\nprimary_rule_set = "{study.primary_rule_set}"\nrule_sets = [{rule_sets}]\n'
        f"data_cutoff = {cutoff.isoformat()}\n\n[arms]\n{arms}{declared}"
    )

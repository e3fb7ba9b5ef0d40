"""Presets, sizes and the command line."""

from pathlib import Path

import numpy as np
import pytest

from flows.base.errors import ConfigurationError
from flows.simulation.chance import Chance, Purpose, normal
from flows.simulation.command import parse_arms
from flows.simulation.latent import walk
from flows.simulation.measures import measure
from flows.simulation.settings import known_presets, load_preset, load_targets
from flows.simulation.write import sizes_of, write_study
from tests.cli.helpers import commands


@pytest.mark.parametrize("name", known_presets())
def test_preset_is_valid_and_every_target_names_one_of_its_arms(name: str) -> None:
    preset = load_preset(name)
    assert preset.id == name
    mine = [target for target in load_targets() if target.preset == name]
    assert mine
    for target in mine:
        assert set(target.published) <= {arm.code for arm in preset.arms}


def test_presets_are_the_three_that_are_documented() -> None:
    assert known_presets() == ["compel", "preempt", "registry"]
    assert [arm.subjects for arm in load_preset("preempt").arms] == [696, 688]


def test_wrong_preset_is_refused_with_its_key(tmp_path: Path) -> None:
    from flows.base.resources import resource

    text = (resource("data/simulation") / "preempt.toml").read_text()
    wrong = tmp_path / "mine.toml"
    wrong.write_text(text.replace("persistence = 0.25", "persistance = 0.25"))
    with pytest.raises(ConfigurationError, match=r"persistance.*did you mean 'persistence'"):
        load_preset(str(wrong))
    wrong.write_text(text.replace("share = 0.07, reduction_mean = 0.40", "share = 0.17, reduction_mean = 0.40", 1))
    with pytest.raises(ConfigurationError, match="do not add up to 1"):
        load_preset(str(wrong))


def test_drug_that_no_code_list_holds_is_said_before_anything_is_written(tmp_path: Path) -> None:
    preset, sizes = sizes_of(load_preset("preempt"), 4, None)
    drugs = preset.medication.model_copy(update={"drugs": {"migrainex": 1.0}})
    with pytest.raises(ConfigurationError, match="'migrainex' is not in"):
        write_study(tmp_path / "study", preset.model_copy(update={"medication": drugs}), sizes, 1)
    assert not (tmp_path / "study").exists()


def test_sizes() -> None:
    preset = load_preset("preempt")
    assert sizes_of(preset, None, None)[1] == (696, 688)
    assert sizes_of(preset, 100, None)[1] == (50, 50)
    assert sizes_of(preset, 101, None)[1] == (51, 50)
    assert sizes_of(preset, None, parse_arms("placebo=10,ona=20"))[1] == (10, 20)
    assert sizes_of(preset, 30, parse_arms("ona"))[1] == (30,)
    assert sizes_of(preset, 30, parse_arms("placebo"))[0].arms[0].switches_to is None


@pytest.mark.parametrize(
    ("subjects", "arms", "said"),
    [
        (10, "verum", "no arm 'verum'"),
        (10, "placebo=3,ona=4", "add up to 7"),
        (None, "placebo=3,ona", "every arm"),
        (1, None, "at least one subject"),
        (10, "placebo=x", "is not a list"),
        (10, "ona,ona", "is not a list"),
    ],
)
def test_sizes_that_cannot_be(subjects: int | None, arms: str | None, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        sizes_of(load_preset("preempt"), subjects, parse_arms(arms))


def test_command_line(tmp_path: Path) -> None:
    out = tmp_path / "study"
    made, again, unknown = commands(
        [
            ["simulate", out, "--subjects", "12", "--seed", "9", "--dirty", "0.05"],
            ["simulate", out],
            ["simulate", tmp_path / "other", "--preset", "none"],
        ],
    )
    assert made.code == 0
    assert "12 subjects" in made.err
    assert {path.name for path in out.iterdir()} == {"study.toml", "inbox", "truth"}
    assert again.code == 2
    assert "is not empty" in again.err
    assert unknown.code == 2
    assert "no preset 'none'" in unknown.err


def test_words_are_addressed_by_subject() -> None:
    whole = Chance(5, 0, 10).words(Purpose.TRAITS, 7)
    assert (Chance(5, 6, 2).words(Purpose.TRAITS, 7) == whole[6:8]).all()
    assert (Chance(6, 0, 10).words(Purpose.TRAITS, 7) != whole).all()
    assert (Chance(5, 0, 10).words(Purpose.VISITS, 7) != whole).all()
    assert len(np.unique(whole)) == whole.size


def test_normal_numbers_have_mean_0_and_sd_1() -> None:
    drawn = normal(Chance(1, 0, 200_000).words(Purpose.AGE, 3))
    assert abs(drawn.mean()) < 0.01
    assert abs(drawn.std() - 1) < 0.01
    assert abs((drawn > 1.96).mean() - 0.025) < 0.002


def test_chain_keeps_each_day_s_probability_and_the_correlation() -> None:
    likely = np.full((60, 40_000), 0.3)
    draws = Chance(1, 0, 40_000).words(Purpose.HEADACHE, 60).T >> np.uint64(32)
    headache = walk(likely, draws, 0.4)
    assert abs(headache.mean() - 0.3) < 0.003
    today, tomorrow = headache[:-1].ravel(), headache[1:].ravel()
    assert abs(np.corrcoef(today, tomorrow)[0, 1] - 0.4) < 0.01


def test_effect_orders_the_arms() -> None:
    preset, sizes = sizes_of(load_preset("preempt"), 2_000, None)
    people = measure(preset, 1, sizes)
    change = [np.nanmean(people.change[people.arm == arm][:, 1]) for arm in (0, 1)]
    assert change[1] < change[0] - 0.5 < -5


def test_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine")
    preset, sizes = sizes_of(load_preset("preempt"), 4, None)
    with pytest.raises(ConfigurationError, match="is not empty"):
        write_study(tmp_path, preset, sizes, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]

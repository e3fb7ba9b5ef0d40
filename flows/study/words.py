"""Codes in words (data/codelists/words.toml): one wording for the report, its script and ``explain``."""

import tomllib
from functools import cache

from flows.base.resources import resource
from flows.base.toml_files import read_toml
from flows.study.study_folder import Protocol


@cache
def load_words() -> dict[str, dict[str, str]]:
    """The words by list (measure, headache_day, missing_days) and code, with the numbers of the protocol in them."""
    protocol = read_toml(resource("data/protocol.toml"), Protocol).model_dump()
    lists = tomllib.loads(resource("data/codelists/words.toml").read_text(encoding="utf-8"))
    return {name: {code: text.format_map(protocol) for code, text in codes.items()} for name, codes in lists.items()}

"""Code lists: the values that a variable may have (data/standards/codelists.toml)."""

import tomllib
from functools import cache
from typing import Literal

from pydantic import Field

from flows.base.resources import resource
from flows.base.toml_files import Frozen


class Codelist(Frozen):
    """The values a variable may have, each with what it means.

    ``nci`` is the code of the list in CDISC controlled terminology, ``terminology`` the publishing set that it stands in
    and ``codes`` those of its items: an item without one extends the list. ``is_open``: values of the input files are
    added, one list for each variable. ``is_numbered``: they mean what stands in the variable of the same name without N.
    """

    name: str
    items: dict[str, str] = Field(default_factory=dict)
    of: tuple[str, ...] = ()
    nci: str | None = None
    terminology: Literal["ADaM", "SDTM"] | None = None
    codes: dict[str, str] = Field(default_factory=dict)
    is_open: bool = False
    is_numbered: bool = False


@cache
def load_codelists() -> dict[str, Codelist]:
    """The code lists by the name that variables give; one put together from others has their items."""
    document = tomllib.loads(resource("data/standards/codelists.toml").read_text(encoding="utf-8"))
    lists = {name: Codelist(**entry) for name, entry in document.items()}
    items = {
        name: {code: text for part in entry.of for code, text in lists[part].items.items()}
        for name, entry in lists.items()
    }
    return {name: entry.model_copy(update={"items": entry.items | items[name]}) for name, entry in lists.items()}

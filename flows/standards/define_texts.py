"""The texts of define.xml that others refer to: methods and comments."""

import xml.etree.ElementTree as ET

from flows.standards.adam_datasets import Datasets
from flows.standards.define_values import NO_DATA, described, method_oid, rule_set_comment_oid

ABOUT_EXPORT = "COM.EXPORT"
# For the whole of the export; equal snapshots give equal bytes because no clock stands in the files.
EXPORT_TEXT = (
    "CreationDateTime is midnight of the data cut-off, here and in the dataset files, and not the time of writing: equal"
    " data give equal bytes. Relative days: the first injection is Day 1, the day before it Day -1, there is no Day 0; a"
    " cycle is counted from its own injection, Day 1. The published tables are those of the same snapshot. SRCDOM names a"
    " dataset of this export, or a kind of input file: SCORES = questionnaire scores, INJECT = injections, EVENTS ="
    " adverse events; the files are not part of the export."
)

EMPTY_TEXT = "No record of this export has a value."


def add_methods(metadata: ET.Element, datasets: Datasets) -> None:
    """One for each derived variable and each parameter."""
    methods = [
        (method_oid(spec.name, v.name), f"Algorithm to derive {spec.name}.{v.name}", v.method, v.derivation)
        for spec in datasets.specs
        for v in spec.variables
        if v.origin == "Derived"
    ]
    methods += [
        (
            method_oid(parameter.dataset, "AVAL", parameter.paramcd),
            f"Algorithm to derive {parameter.dataset}.AVAL of {parameter.paramcd}",
            parameter.spec.method,
            datasets.method_of(parameter),
        )
        for parameter in datasets.parameters
    ]
    for oid, name, kind, text in methods:
        described(ET.SubElement(metadata, "MethodDef", OID=oid, Name=name, Type=kind), text)


def add_comments(metadata: ET.Element, datasets: Datasets) -> None:
    """On the export, each dataset, each rule set, and what is empty."""
    comments = {ABOUT_EXPORT: EXPORT_TEXT}
    comments |= {f"COM.{spec.name}": spec.derivation for spec in datasets.specs}
    if any(contents.empty for contents in datasets.contents.values()):
        comments[NO_DATA] = EMPTY_TEXT
    for parameter in datasets.parameters:
        if parameter.paramcd not in datasets.contents[parameter.dataset].paramcds:
            comments[NO_DATA] = EMPTY_TEXT
        elif parameter.rule_set and parameter.spec.states_rule_set:
            comments[rule_set_comment_oid(parameter.rule_set)] = datasets.rule_words[parameter.rule_set]["about"]
    for oid, text in comments.items():
        described(ET.SubElement(metadata, "def:CommentDef", OID=oid), text)

"""Names by which the files of one export refer to each other, and the one moment that stands in them."""

from flows.standards.adam_datasets import Study

METADATA_OID = "MDV.ADAM"


def study_oid(study: Study) -> str:
    return f"ST.{study.study_id}"


def dataset_oid(dataset: str) -> str:
    return f"IG.{dataset}"


def variable_oid(dataset: str, variable: str) -> str:
    return f"IT.{dataset}.{variable}"


def moment_of(study: Study) -> str:
    """Midnight of the data cut-off: equal snapshots give equal bytes. When it was published stands in its manifest."""
    return f"{study.cutoff_date.isoformat()}T00:00:00"

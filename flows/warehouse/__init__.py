"""warehouse: the private database of a study, its kept input files, and the SQL models that are built in it."""

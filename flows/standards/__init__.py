"""The snapshot in the standards of the field: ADaM datasets, define.xml and analysis results, for the tools of others.

Everything is read from a published database, so that nothing stands here that is not there, and a blinded study stays
blinded. What a dataset holds is data: data/standards/ and sql/standards/.
"""

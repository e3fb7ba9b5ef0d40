"""deriving: the analysis tables by subject, in partitions and on a cluster; on one machine they are built at once."""

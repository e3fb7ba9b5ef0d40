"""Statistics: functions the SQL may call, and the tables that are fitted rather than counted.

Counts and rates are SQL (sql/summary). What needs a root, a matrix or a model is computed here by statsmodels, scipy
or, where statsmodels is wrong, by a few lines of our own that say so. docs/statistics.md names each method, its source
and its limits. statsmodels takes a second to import, so every import of it stands inside a function.
"""

from flows.statistics.functions import register_statistics

__all__ = ["register_statistics"]

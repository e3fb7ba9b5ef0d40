"""Multiple imputation of visits: at random, by reference to another arm, and with a penalty; combined by Rubin's rules.

``chain`` draws parameters and missing values, ``assumptions`` moves what comes after the end of treatment, ``pooling`` analyses
each completed set and combines them. Model and sources: docs/statistics.md.
"""

from flows.statistics.imputation.assumptions import ASSUMPTIONS, impute_under
from flows.statistics.imputation.chain import Draw, Visits, draws_of
from flows.statistics.imputation.pooling import Pooled, analyse, pooled

__all__ = ["ASSUMPTIONS", "Draw", "Pooled", "Visits", "analyse", "draws_of", "impute_under", "pooled"]

"""MMRM: the linear model for repeated measures with correlated visits, by restricted maximum likelihood.

    fitted = fit_mmrm(frame, "change ~ baseline + arm * C(month)", subject="subject_id", visit="month")
    fitted.coefficients, fitted.ls_means("arm"), fitted.differences("arm", reference="placebo")

``designs`` makes arrays of the frame, in few rows by ``condensing``, ``structures`` holds the covariance structures, ``likelihood`` the likelihood with
its derivatives, ``scoring`` finds the maximum, ``inference`` gives standard errors and degrees of freedom. Model, sources
and the software it is held against: docs/statistics.md.
"""

from flows.statistics.mmrm.fitting import fit_mmrm
from flows.statistics.mmrm.inference import Estimate
from flows.statistics.mmrm.model import Mmrm
from flows.statistics.mmrm.structures import STRUCTURES

__all__ = ["STRUCTURES", "Estimate", "Mmrm", "fit_mmrm"]

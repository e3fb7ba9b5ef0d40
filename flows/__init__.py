"""migraine-outcomes: patient headache diaries in, responder status per cycle and summary tables out."""

import os

# Sums in floating point hang on how they are shared out: with one thread they are the same on every machine. The matrices
# here are small, so that more threads would only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

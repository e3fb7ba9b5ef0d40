"""Responders by cycle and arm from a published snapshot, in Python: python responders.py OUT/current/outcomes.duckdb"""

import sys

import duckdb

with duckdb.connect(sys.argv[1], read_only=True) as con:
    rates = con.execute(
        """SELECT cycle, arm, n_responders, n_evaluable, responder_pct, ci_low_pct, ci_high_pct
        FROM summary.responder_rates
        WHERE rule_set = (SELECT primary_rule_set FROM meta.runs)
        ORDER BY cycle, arm"""
    ).fetchall()
    for cycle, arm, n_responders, n_evaluable, pct, low, high in rates:
        shown = "nobody judged yet" if pct is None else f"{pct:.1f}% (95% interval {low:.1f} to {high:.1f})"
        print(f"cycle {cycle}, {arm}: {n_responders}/{n_evaluable}, {shown}")

# Responders by cycle and arm from a published snapshot, in R: Rscript responders.R OUT/current/outcomes.duckdb
# Needs the package duckdb, 1.5 or newer.
library(DBI)

path <- commandArgs(trailingOnly = TRUE)[1]
con <- dbConnect(duckdb::duckdb(), dbdir = path, read_only = TRUE)

rates <- dbGetQuery(con, "
  SELECT cycle, arm, n_responders, n_evaluable, responder_pct, ci_low_pct, ci_high_pct
  FROM summary.responder_rates
  WHERE rule_set = (SELECT primary_rule_set FROM meta.runs)
  ORDER BY cycle, arm
")
print(rates)

# The same test as summary.arm_differences, from the counts by stratum.
strata <- dbGetQuery(con, "
  SELECT arm, level, n_responders, n_evaluable - n_responders AS n_others
  FROM summary.responder_rates_by_stratum
  WHERE rule_set = (SELECT primary_rule_set FROM meta.runs)
    AND cycle = 1 AND stratum = 'overuse' AND arm <> 'all' AND n_evaluable > 0
  ORDER BY arm, level
")
both <- names(which(table(strata$level) == 2))
if (length(both) > 0) {
  counts <- sapply(both, function(one) {
    as.matrix(strata[strata$level == one, c("n_responders", "n_others")])
  }, simplify = "array")
  print(mantelhaen.test(counts, correct = FALSE))
}

dbDisconnect(con, shutdown = TRUE)

# Numbers of R for tests/external/test_mmrm.py. Writes reference.csv beside this file:
#   Rscript tests/external/mmrm/reference.R
# Needs R with nlme, emmeans, lme4, lmerTest, pbkrtest and numDeriv (Debian: r-base-core r-cran-nlme r-cran-emmeans
# r-cran-lme4 r-cran-lmertest r-cran-pbkrtest r-cran-numderiv). The versions are printed and stand in README.md.
suppressPackageStartupMessages({
  library(nlme); library(lme4); library(lmerTest); library(pbkrtest); library(emmeans); library(numDeriv)
})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
cat(R.version.string, "\n")
for (p in c("nlme", "lme4", "lmerTest", "pbkrtest", "emmeans", "numDeriv")) cat(p, as.character(packageVersion(p)), "\n")

rows <- list()
keep <- function(case, software, quantity, name, value) {
  rows[[length(rows) + 1]] <<- data.frame(case, software, quantity, name = as.character(name), value = sprintf("%.10g", value))
}

long <- function(wide, id, visits, value) {
  parts <- lapply(seq_along(visits), function(i) {
    part <- wide[id]; part$visit <- visits[i]; part$time <- i; part[[value]] <- wide[[visits[i]]]; part
  })
  data <- do.call(rbind, parts)
  data <- data[!is.na(data[[value]]), ]
  data[order(data[[id[1]]], data$time), ]
}

growth <- long(read.csv(file.path(here, "growth.csv")), c("person", "gender"), paste0("age", c(8, 10, 12, 14)), "y")
growth$age <- 6 + 2 * growth$time
growth$subject <- growth$person
fev <- read.csv(file.path(here, "fev.csv"))
arms <- long(fev, c("subject", "arm"), paste0("visit", 1:4), "fev")
later <- long(fev, c("subject", "arm", "visit1"), paste0("visit", 2:4), "fev")
later <- later[!is.na(later$visit1), ]
cases <- list(
  growth = list(data = growth, formula = y ~ gender * age),
  arms = list(data = arms, formula = fev ~ arm * visit),
  later = list(data = later, formula = fev ~ visit1 + arm * visit)
)
for (case in names(cases)) cases[[case]]$data$subject <- factor(cases[[case]]$data$subject)

# 1. nlme::gls: likelihood, estimates, standard errors, covariance of the visits.
control <- glsControl(maxIter = 200, msMaxIter = 500, tolerance = 1e-10, msTol = 1e-12)
for (case in names(cases)) {
  data <- cases[[case]]$data
  steps <- length(unique(data$time))
  structures <- list(
    unstructured = corSymm(form = ~ time | subject), toeplitz_h = corARMA(form = ~ time | subject, p = steps - 1, value = 0.3^(1:(steps - 1))),
    ar1_h = corAR1(0.3, form = ~ time | subject), cs_h = corCompSymm(form = ~ time | subject), cs = corCompSymm(form = ~ time | subject)
  )
  for (structure in names(structures)) for (method in c("REML", "ML")) {
    label <- paste(case, structure, tolower(method), sep = "/")
    fit <- tryCatch(
      gls(cases[[case]]$formula, data, correlation = structures[[structure]],
          weights = if (structure == "cs") NULL else varIdent(form = ~ 1 | time), method = method, control = control),
      error = function(e) { cat(label, conditionMessage(e), "\n"); NULL }
    )
    if (is.null(fit)) next
    X <- model.matrix(cases[[case]]$formula, data)
    keep(label, "nlme", "minus2loglik", "", -2 * as.numeric(logLik(fit)))
    se <- sqrt(diag(vcov(fit)))
    if (method == "ML") se <- se * sqrt((nrow(X) - ncol(X)) / nrow(X))  # nlme puts n - p into the variance under ML
    for (n in names(coef(fit))) { keep(label, "nlme", "estimate", n, coef(fit)[[n]]); keep(label, "nlme", "se", n, se[[n]]) }
    if (method == "REML") {
      full <- names(which.max(table(data$subject)))
      V <- getVarCov(fit, individual = full)
      for (i in 1:nrow(V)) for (j in 1:i) keep(label, "nlme", "covariance", paste(i, j), V[i, j])
    }
    if (case != "growth" && method == "REML" && structure == "unstructured") {
      means <- as.data.frame(emmeans(fit, ~ arm | visit, mode = "df.error", data = data))
      for (i in 1:nrow(means)) {
        name <- paste(means$visit[i], means$arm[i])
        keep(label, "emmeans", "ls mean", name, means$emmean[i]); keep(label, "emmeans", "ls mean se", name, means$SE[i])
      }
      pairs <- as.data.frame(contrast(emmeans(fit, ~ arm | visit, mode = "df.error", data = data), "trt.vs.ctrl"))
      for (i in 1:nrow(pairs)) {
        keep(label, "emmeans", "difference", pairs$visit[i], pairs$estimate[i])
        keep(label, "emmeans", "difference se", pairs$visit[i], pairs$SE[i])
      }
    }
  }
}

# 2. A random intercept is compound symmetry: lmerTest (observed information), pbkrtest (expected information).
for (case in names(cases)) {
  label <- paste(case, "cs", "reml", sep = "/")
  fit <- lmerTest::lmer(update(cases[[case]]$formula, . ~ . + (1 | subject)), cases[[case]]$data, REML = TRUE,
                        control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12)))
  keep(label, "lme4", "minus2loglik", "", REMLcrit(fit))
  table <- coef(summary(fit, ddf = "Satterthwaite"))
  for (n in rownames(table)) for (q in c("Estimate", "Std. Error", "df"))
    keep(label, "lmerTest", c(Estimate = "estimate", "Std. Error" = "se", df = "df")[[q]], n, table[n, q])
  adjusted <- vcovAdj(fit)
  for (i in seq_len(ncol(adjusted))) {
    n <- names(fixef(fit))[i]
    L <- as.numeric(seq_len(ncol(adjusted)) == i)
    keep(label, "pbkrtest", "kr se", n, sqrt(adjusted[i, i]))
    keep(label, "pbkrtest", "kr df", n, Lb_ddf(L, vcov(fit), adjusted))
  }
}

# 3. Satterthwaite and Kenward-Roger under every structure, in plain loops with numerical derivatives.
sigma_of <- list(
  unstructured = function(p, m) { V <- matrix(0, m, m); V[lower.tri(V, TRUE)] <- p; V + t(V) - diag(diag(V), m) },
  toeplitz_h = function(p, m) outer(sqrt(p[1:m]), sqrt(p[1:m])) * toeplitz(c(1, p[-(1:m)])),
  ar1_h = function(p, m) outer(sqrt(p[1:m]), sqrt(p[1:m])) * p[m + 1]^abs(outer(1:m, 1:m, "-")),
  cs_h = function(p, m) outer(sqrt(p[1:m]), sqrt(p[1:m])) * (diag(1 - p[m + 1], m) + p[m + 1]),
  cs = function(p, m) diag(p[1], m) + p[2]
)
# One part for each pattern of visits: X is visits x subjects x coefficients, y is visits x subjects.
parts_of <- function(data, formula) {
  X <- model.matrix(formula, data); y <- model.response(model.frame(formula, data))
  by_subject <- split(seq_along(y), data$subject, drop = TRUE)
  pattern <- sapply(by_subject, function(i) paste(data$time[i], collapse = " "))
  lapply(split(by_subject, pattern), function(who) {
    i <- unlist(who); m <- length(who[[1]])
    list(X = X[i, , drop = FALSE], y = y[i], t = data$time[who[[1]]], m = m, names = colnames(X))
  })
}
# C times the rows of each subject
times <- function(C, M, m) matrix(C %*% matrix(M, m), ncol = ncol(as.matrix(M)))
information <- function(V, parts)
  Reduce(`+`, lapply(parts, function(s) crossprod(s$X, times(solve(V[s$t, s$t, drop = FALSE]), s$X, s$m))))
deviance_of <- function(V, parts) {
  A <- 0; b <- 0; total <- 0; n <- 0
  for (s in parts) {
    half <- tryCatch(chol(V[s$t, s$t, drop = FALSE]), error = function(e) NULL)
    if (is.null(half)) return(1e10)
    s$Z <- times(t(solve(half)), s$X, s$m); s$z <- times(t(solve(half)), s$y, s$m)
    A <- A + crossprod(s$Z); b <- b + crossprod(s$Z, s$z)
    total <- total + 2 * length(s$y) / s$m * sum(log(diag(half))) + sum(s$z^2); n <- n + length(s$y)
  }
  total - sum(b * solve(A, b)) + as.numeric(determinant(A)$modulus) + (n - ncol(A)) * log(2 * pi)
}
for (case in names(cases)) for (structure in names(sigma_of)) {
  label <- paste(case, structure, "reml", sep = "/")
  data <- cases[[case]]$data; data$time <- as.integer(factor(data$time)); m <- max(data$time)
  parts <- parts_of(data, cases[[case]]$formula)
  v <- unname(tapply(residuals(lm(cases[[case]]$formula, data)), data$time, var))
  p <- switch(structure, unstructured = (outer(sqrt(v), sqrt(v)) * 0.3^abs(outer(1:m, 1:m, "-")))[lower.tri(diag(m), TRUE)],
              toeplitz_h = c(v, 0.3^(1:(m - 1))), ar1_h = c(v, 0.3), cs_h = c(v, 0.3), cs = c(0.7, 0.3) * mean(v))
  f <- function(p) deviance_of(sigma_of[[structure]](p, m), parts)
  p <- optim(p, f, method = "BFGS", control = list(parscale = pmax(abs(p), 0.1), maxit = 5000, reltol = 1e-13))$par
  for (i in 1:3) p <- p - solve(hessian(f, p), grad(f, p))
  H <- hessian(f, p); W <- 2 * solve(H)
  V <- sigma_of[[structure]](p, m); Phi <- solve(information(V, parts)); K <- length(p)
  first <- lapply(1:K, function(k) matrix(jacobian(function(x) as.vector(sigma_of[[structure]](x, m)), p)[, k], m, m))
  second <- array(t(apply(cbind(1:(m * m)), 1, function(e) as.vector(hessian(function(x) as.vector(sigma_of[[structure]](x, m))[e], p)))), c(m * m, K, K))
  sandwich <- function(C) Reduce(`+`, lapply(parts, function(s) {
    i <- solve(V[s$t, s$t, drop = FALSE])
    crossprod(s$X, times(i %*% C(s$t, i) %*% i, s$X, s$m))
  }))
  P <- lapply(1:K, function(k) -sandwich(function(t, i) first[[k]][t, t]))
  total <- 0
  for (j in 1:K) for (k in 1:K) {
    D2 <- matrix(second[, j, k], m, m)
    inner <- sandwich(function(t, i) first[[j]][t, t] %*% i %*% first[[k]][t, t] - D2[t, t] / 4)
    total <- total + W[j, k] * (inner - P[[j]] %*% Phi %*% P[[k]])
  }
  adjusted <- Phi + 2 * Phi %*% total %*% Phi
  keep(label, "plain R", "minus2loglik", "", f(p))
  for (i in 1:ncol(Phi)) {
    n <- parts[[1]]$names[i]
    g <- sapply(P, function(q) -(Phi %*% q %*% Phi)[i, i])
    keep(label, "plain R", "se", n, sqrt(Phi[i, i]))
    keep(label, "plain R", "df", n, 2 * Phi[i, i]^2 / as.numeric(t(g) %*% W %*% g))
    keep(label, "plain R", "kr se", n, sqrt(adjusted[i, i]))
  }
}
write.csv(do.call(rbind, rows), file.path(here, "reference.csv"), row.names = FALSE, quote = FALSE)

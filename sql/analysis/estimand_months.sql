-- analysis.estimand_months: the months that an estimand does not use, because of what happened in them or before
-- Grain:   one row per estimand x subject_id x cycle x month that is set aside
-- Key:     estimand, subject_id, cycle, month
-- Units:   a month that ends on the day of the event or later, under the strategies hypothetical and while_on_treatment
-- Missing: months of cycles that were not given are nowhere, and so not here
-- Source:  docs/statistics.md, estimands; ICH E9(R1) A.3.2
SELECT event.estimand, span.subject_id, span.cycle, span.month, event.kind, event.strategy, event.event_date
FROM analysis.estimand_events AS event
JOIN analysis.month_spans AS span
    ON span.subject_id = event.subject_id AND span.cycle > 0 AND span.end_date >= event.event_date
WHERE event.is_deciding AND event.strategy IN ('hypothetical', 'while_on_treatment')

-- The lead set of every published rule, written by hand for DuckDB, independent of the compiler. The golden tests hold the sweep to it lead for lead;
-- `shouwang bench sweep` holds the sweep's CPU to it. SNAPSHOT stands for the folder; `as_at` and the thresholds are DuckDB variables (see reference.py).
-- Windows: [as_at - n months + 1 day, as_at]; whole months end with the month before. Months clamp (31 March - 1 month = 29 February), as in the rulebook.

CREATE OR REPLACE TEMP TABLE feat AS
WITH
v AS (
  SELECT d AS as_at, (d - INTERVAL 3 MONTH)::DATE + 1 AS m3, (d - INTERVAL 6 MONTH)::DATE + 1 AS m6, (d - INTERVAL 12 MONTH)::DATE + 1 AS m12,
         (d - INTERVAL 36 MONTH)::DATE + 1 AS m36, date_trunc('month', d)::DATE AS month0,
         (date_trunc('month', d) - INTERVAL 3 MONTH)::DATE AS month3, (date_trunc('month', d) - INTERVAL 6 MONTH)::DATE AS month6
  FROM (SELECT getvariable('as_at')::DATE AS d)
),
hh AS (SELECT * FROM read_parquet('SNAPSHOT/households/*/*.parquet', hive_partitioning = false)),
enrolled AS (
  SELECT DISTINCT person FROM read_parquet('SNAPSHOT/feeds/insurance_enrolment/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m12, '%Y-%m') AND day BETWEEN m12 AND as_at AND enrolled
),
p AS (
  SELECT household,
    count(*) FILTER (WHERE insured = false) AS uninsured,
    count(*) FILTER (WHERE insured = false AND person IN (SELECT person FROM enrolled)) AS uninsured_enrolled,
    count(*) FILTER (WHERE months >= 72 AND months < 192 AND school_stage = 'not_in_school') AS out_of_school,
    count(*) FILTER (WHERE school_stage IN ('senior', 'vocational', 'college', 'bachelor', 'graduate')) AS students,
    count(disability_grade) AS disabled,
    count(*) FILTER (WHERE disability_grade <= 2) AS severe,
    count(*) FILTER (WHERE disability_grade <= 2 AND labour IN ('ordinary', 'skilled')) AS severe_able,
    count(*) FILTER (WHERE months >= 192 AND months < 720 AND health = 'healthy' AND school_stage = 'not_in_school' AND labour IN ('weak', 'lost', 'none')) AS weak,
    count(*) FILTER (WHERE months < 192 AND wage_fen > 0) AS child_work,
    count(*) FILTER (WHERE months >= 840 AND public_post) AS old_post,
    max(public_posts) AS posts
  FROM (
    SELECT *, year(getvariable('as_at')::DATE) * 12 + month(getvariable('as_at')::DATE) - (birth_year::INT * 12 + birth_month) AS months
    FROM read_parquet('SNAPSHOT/persons/*/*.parquet', hive_partitioning = false)
  ) GROUP BY household
),
medical AS (
  SELECT household, sum(own_fen)::BIGINT AS own_12m, count(*) AS settlements,
         max(own_fen) FILTER (WHERE kind = 'inpatient' AND day >= m3) AS stay_3m
  FROM read_parquet('SNAPSHOT/feeds/medical_settlement/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m12, '%Y-%m') AND day BETWEEN m12 AND as_at GROUP BY household
),
serious AS (
  SELECT household, count(*) AS n FROM read_parquet('SNAPSHOT/feeds/serious_illness/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m6, '%Y-%m') AND day BETWEEN m6 AND as_at GROUP BY household
),
pupils AS (
  SELECT household, count(*) AS dropped FROM read_parquet('SNAPSHOT/feeds/pupils/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m6, '%Y-%m') AND day BETWEEN m6 AND as_at AND stage IN ('primary', 'junior') AND status IN ('dropped', 'suspended') GROUP BY household
),
work AS (
  -- the latest status; on one day the later in the order employed, unemployed, returned, unknown
  SELECT household, arg_max(CASE status WHEN 'employed' THEN 1 WHEN 'unemployed' THEN 2 WHEN 'returned' THEN 3 ELSE -1 END,
                            (epoch_days, CASE status WHEN 'employed' THEN 1 WHEN 'unemployed' THEN 2 WHEN 'returned' THEN 3 ELSE 9 END)) FILTER (WHERE status IS NOT NULL) AS status,
         count(*) FILTER (WHERE status = 'returned' AND day >= m3) AS returned
  FROM (SELECT *, day AS epoch_days FROM read_parquet('SNAPSHOT/feeds/employment/*/*/*.parquet', hive_partitioning = true)), v
  WHERE period >= strftime(m6, '%Y-%m') AND day BETWEEN m6 AND as_at GROUP BY household
),
pay AS (
  SELECT household, sum(wage_fen) FILTER (WHERE day >= m12)::BIGINT AS pay_12m,
         sum(wage_fen) FILTER (WHERE day >= month3 AND day < month0)::BIGINT AS pay_3m,
         sum(wage_fen) FILTER (WHERE day >= month6 AND day < month3)::BIGINT AS before_3m
  FROM read_parquet('SNAPSHOT/feeds/payroll/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m12, '%Y-%m') AND day BETWEEN m12 AND as_at GROUP BY household
),
deaths AS (
  SELECT person, min(day) AS died FROM read_parquet('SNAPSHOT/feeds/civil_registry/*/*/*.parquet', hive_partitioning = false), v
  WHERE event = 'death' AND day <= as_at GROUP BY person
),
idle AS (
  SELECT person, min(day) AS since FROM read_parquet('SNAPSHOT/feeds/employment/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m3, '%Y-%m') AND status = 'unemployed' AND day BETWEEN m3 AND as_at GROUP BY person
),
dead_pay AS (
  SELECT household, count(*) AS n FROM read_parquet('SNAPSHOT/feeds/payroll/*/*/*.parquet', hive_partitioning = true) JOIN deaths USING (person), v
  WHERE period >= strftime(m12, '%Y-%m') AND day BETWEEN m12 AND as_at AND wage_fen > 0 AND day >= died GROUP BY household
),
idle_pay AS (
  SELECT household, count(*) AS n FROM read_parquet('SNAPSHOT/feeds/payroll/*/*/*.parquet', hive_partitioning = true) JOIN idle USING (person), v
  WHERE period >= strftime(m3, '%Y-%m') AND day BETWEEN m3 AND as_at AND wage_fen > 0 AND day >= since GROUP BY household
),
aid AS (
  SELECT household, count(*) FILTER (WHERE event IN ('start', 'active')) AS active, count(*) FILTER (WHERE event = 'stop') AS stopped
  FROM read_parquet('SNAPSHOT/feeds/social_aid/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m3, '%Y-%m') AND day BETWEEN m3 AND as_at AND kind IN ('dibao', 'tekun') GROUP BY household
),
disability AS (
  SELECT household, count(*) AS n FROM read_parquet('SNAPSHOT/feeds/disability/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m12, '%Y-%m') AND day BETWEEN m12 AND as_at AND grade <= 2 AND event IN ('issued', 'changed') GROUP BY household
),
civil AS (
  SELECT household, count(*) AS n FROM read_parquet('SNAPSHOT/feeds/civil_registry/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m6, '%Y-%m') AND day BETWEEN m6 AND as_at AND event = 'death' GROUP BY household
),
disaster AS (
  SELECT household, sum(loss_fen)::BIGINT AS loss, count(*) AS n FROM read_parquet('SNAPSHOT/feeds/disaster/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m6, '%Y-%m') AND day BETWEEN m6 AND as_at GROUP BY household
),
accident AS (
  SELECT household, sum(loss_fen)::BIGINT AS loss, count(*) AS n FROM read_parquet('SNAPSHOT/feeds/accidents/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m6, '%Y-%m') AND day BETWEEN m6 AND as_at GROUP BY household
),
production AS (
  SELECT household, sum(loss_fen) FILTER (WHERE state = 'failed')::BIGINT AS failed, count(*) FILTER (WHERE state = 'unsold' AND day >= m3) AS unsold
  FROM read_parquet('SNAPSHOT/feeds/production/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m12, '%Y-%m') AND day BETWEEN m12 AND as_at GROUP BY household
),
credit AS (
  SELECT household, max(overdue_days) AS days FROM read_parquet('SNAPSHOT/feeds/credit/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m3, '%Y-%m') AND day BETWEEN m3 AND as_at GROUP BY household
),
petition AS (
  SELECT household, count(*) AS n FROM read_parquet('SNAPSHOT/feeds/petitions/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m6, '%Y-%m') AND day BETWEEN m6 AND as_at GROUP BY household
),
house AS (
  SELECT household, arg_max(CASE grade WHEN 'a' THEN 1 WHEN 'b' THEN 2 WHEN 'c' THEN 3 WHEN 'd' THEN 4 ELSE -1 END,
                            (day, CASE grade WHEN 'a' THEN 1 WHEN 'b' THEN 2 WHEN 'c' THEN 3 WHEN 'd' THEN 4 ELSE 9 END)) AS found
  FROM read_parquet('SNAPSHOT/feeds/housing/*/*/*.parquet', hive_partitioning = false), v
  WHERE day BETWEEN m36 AND as_at AND lived_in IS DISTINCT FROM false AND grade IS NOT NULL GROUP BY household
),
water AS (
  SELECT household, arg_max(CASE state WHEN 'safe' THEN 1 WHEN 'interrupted' THEN 2 WHEN 'unsafe' THEN 3 ELSE -1 END,
                            (day, CASE state WHEN 'safe' THEN 1 WHEN 'interrupted' THEN 2 WHEN 'unsafe' THEN 3 ELSE 9 END)) AS found
  FROM read_parquet('SNAPSHOT/feeds/water/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m6, '%Y-%m') AND day BETWEEN m6 AND as_at AND state IS NOT NULL GROUP BY household
),
cars AS (
  SELECT household, max(price_fen) AS price FROM read_parquet('SNAPSHOT/feeds/vehicles/*/*/*.parquet', hive_partitioning = false), v
  WHERE day <= as_at AND kind IN ('car', 'bus', 'truck') GROUP BY household
),
flats AS (
  SELECT household, count(*) AS n FROM read_parquet('SNAPSHOT/feeds/property/*/*/*.parquet', hive_partitioning = false), v
  WHERE day <= as_at AND kind = 'commercial' GROUP BY household
),
firms AS (
  SELECT household, max(capital_fen) AS capital FROM read_parquet('SNAPSHOT/feeds/firms/*/*/*.parquet', hive_partitioning = false), v
  WHERE day <= as_at AND role IN ('legal_person', 'shareholder', 'manager') GROUP BY household
),
fiscal AS (
  SELECT household, count(*) AS n FROM read_parquet('SNAPSHOT/feeds/fiscal_payroll/*/*/*.parquet', hive_partitioning = true), v
  WHERE period >= strftime(m12, '%Y-%m') AND day BETWEEN m12 AND as_at AND post IN ('civil', 'institution', 'retired') GROUP BY household
)
SELECT hh.household, hh.county, hh.town, hh.village, hh.persons, hh.able_labour, hh.monitored, hh.income_fen, hh.income_year_fen, hh.last_income_fen,
  hh.wage_income_fen, hh.out_wage_fen, hh.business_income_fen, hh.self_paid_fen, hh.housing_grade, hh.water_safe, hh.land_mu_100, hh.road_m, hh.measures,
  hh.development_measures, hh.risk_mask, hh.identified_day, hh.cleared_day,
  hh.income_year_fen - hh.self_paid_fen + coalesce(hh.compensation_fen, 0) AS after_spending,
  p.uninsured, p.uninsured_enrolled, p.out_of_school, p.students, p.disabled, p.severe, p.severe_able, p.weak, p.child_work, p.old_post, p.posts,
  medical.own_12m, coalesce(medical.settlements, 0) AS settlements, medical.stay_3m, coalesce(serious.n, 0) AS serious, pupils.dropped,
  work.status, work.returned, pay.pay_12m, pay.pay_3m, pay.before_3m, coalesce(dead_pay.n, 0) AS dead_pay, coalesce(idle_pay.n, 0) AS idle_pay,
  coalesce(aid.active, 0) AS aid_active, coalesce(aid.stopped, 0) AS aid_stopped, coalesce(disability.n, 0) AS new_disability, coalesce(civil.n, 0) AS deaths,
  disaster.loss AS disaster_loss, coalesce(disaster.n, 0) AS disasters, accident.loss AS accident_loss, coalesce(accident.n, 0) AS accidents,
  production.failed, coalesce(production.unsold, 0) AS unsold, credit.days AS overdue, coalesce(petition.n, 0) AS petitions, house.found AS house, water.found AS water,
  cars.price AS car, coalesce(flats.n, 0) AS flats, firms.capital, coalesce(fiscal.n, 0) AS fiscal
FROM hh
LEFT JOIN p USING (household) LEFT JOIN medical USING (household) LEFT JOIN serious USING (household) LEFT JOIN pupils USING (household)
LEFT JOIN work USING (household) LEFT JOIN pay USING (household) LEFT JOIN dead_pay USING (household) LEFT JOIN idle_pay USING (household)
LEFT JOIN aid USING (household) LEFT JOIN disability USING (household) LEFT JOIN civil USING (household) LEFT JOIN disaster USING (household)
LEFT JOIN accident USING (household) LEFT JOIN production USING (household) LEFT JOIN credit USING (household) LEFT JOIN petition USING (household)
LEFT JOIN house USING (household) LEFT JOIN water USING (household) LEFT JOIN cars USING (household) LEFT JOIN flats USING (household)
LEFT JOIN firms USING (household) LEFT JOIN fiscal USING (household);

CREATE OR REPLACE TEMP TABLE reference AS
WITH k AS (
  SELECT getvariable('line')::BIGINT AS line, getvariable('as_at')::DATE AS as_at
),
f AS (SELECT feat.*, k.line, k.as_at, monitored OR aid_active >= 1 AS helped FROM feat, k)
SELECT * FROM (
  SELECT 'illness_single_stay' AS rule, household, monitored::BIGINT AS v1, stay_3m::BIGINT AS v2, NULL::BIGINT AS v3, NULL::BIGINT AS v4, NULL::BIGINT AS v5, NULL::BIGINT AS v6
    FROM f WHERE (monitored AND stay_3m > 600000) OR stay_3m > 1000000
  UNION ALL SELECT 'illness_rigid_spending', household, own_12m, income_year_fen, income_fen, NULL, NULL, NULL FROM f WHERE own_12m * 100 > income_year_fen * 50 AND income_fen < line * 2
  UNION ALL SELECT 'illness_new_serious', household, serious, income_fen, NULL, NULL, NULL, NULL FROM f WHERE serious >= 1 AND income_fen < line * 2
  UNION ALL SELECT 'illness_uninsured', household, nullif(uninsured, 0), uninsured_enrolled, NULL, NULL, NULL, NULL FROM f WHERE uninsured >= 1 AND uninsured_enrolled = 0
  UNION ALL SELECT 'schooling_dropout', household, dropped, NULL, NULL, NULL, NULL, NULL FROM f WHERE dropped >= 1
  UNION ALL SELECT 'schooling_not_in_school', household, out_of_school, NULL, NULL, NULL, NULL, NULL FROM f WHERE out_of_school >= 1
  UNION ALL SELECT 'schooling_burden', household, students, income_fen, NULL, NULL, NULL, NULL FROM f WHERE students >= 2 AND income_fen * 2 < line * 3
  UNION ALL SELECT 'disability_new_severe', household, new_disability, income_fen, NULL, NULL, NULL, NULL FROM f WHERE new_disability >= 1 AND income_fen < line * 2
  UNION ALL SELECT 'disability_without_aid', household, severe, aid_active, income_fen, NULL, NULL, NULL FROM f WHERE severe >= 1 AND aid_active = 0 AND income_fen * 2 < line * 3
  UNION ALL SELECT 'disaster_loss', household, disaster_loss, income_fen, NULL, NULL, NULL, NULL FROM f WHERE disaster_loss >= 500000 AND income_fen < line * 2
  UNION ALL SELECT 'disaster_loss_share', household, disasters, disaster_loss, income_year_fen, NULL, NULL, NULL FROM f WHERE disasters >= 1 AND disaster_loss * 100 > income_year_fen * 30
  UNION ALL SELECT 'accident_loss', household, accidents, accident_loss, income_year_fen, NULL, NULL, NULL FROM f WHERE accidents >= 1 AND (accident_loss >= 1000000 OR accident_loss * 100 > income_year_fen * 30)
  UNION ALL SELECT 'industry_failed', household, failed, NULL, NULL, NULL, NULL, NULL FROM f WHERE failed >= 1000000
  UNION ALL SELECT 'industry_unsold', household, unsold, business_income_fen, income_year_fen, NULL, NULL, NULL FROM f WHERE unsold >= 1 AND business_income_fen * 100 >= income_year_fen * 50
  UNION ALL SELECT 'industry_overdue', household, overdue, income_fen, NULL, NULL, NULL, NULL FROM f WHERE overdue >= 30 AND income_fen < line * 2
  UNION ALL SELECT 'work_lost', household, status, wage_income_fen, income_year_fen, income_fen, NULL, NULL FROM f WHERE status IN (2, 3) AND wage_income_fen * 100 >= income_year_fen * 50 AND income_fen < line * 2
  UNION ALL SELECT 'work_wage_fall', household, pay_3m, before_3m, wage_income_fen, income_year_fen, income_fen, NULL FROM f
    WHERE pay_3m * 100 < before_3m * 60 AND wage_income_fen * 100 >= income_year_fen * 50 AND income_fen < line * 2
  UNION ALL SELECT 'work_wage_stopped', household, before_3m, pay_3m, income_fen, NULL, NULL, NULL FROM f WHERE before_3m IS NOT NULL AND pay_3m IS NULL AND income_fen < line * 3
  UNION ALL SELECT 'epidemic_returned', household, returned, out_wage_fen, income_year_fen, NULL, NULL, NULL FROM f
    WHERE returned >= 1 AND out_wage_fen * 100 >= income_year_fen * 50 AND as_at >= DATE '2020-01-23' AND as_at < DATE '2023-01-08'
  UNION ALL SELECT 'labour_none', household, able_labour, aid_active, income_fen, NULL, NULL, NULL FROM f WHERE able_labour = 0 AND aid_active = 0 AND income_fen * 2 < line * 3
  UNION ALL SELECT 'labour_death', household, deaths, able_labour, NULL, NULL, NULL, NULL FROM f WHERE deaths >= 1 AND able_labour <= 1
  UNION ALL SELECT 'housing_found_unsafe', household, house, NULL, NULL, NULL, NULL, NULL FROM f WHERE house IN (3, 4)
  UNION ALL SELECT 'housing_registered_unsafe', household, ascii(housing_grade) - 96, house, NULL, NULL, NULL, NULL FROM f WHERE housing_grade IN ('c', 'd') AND house IS NULL
  UNION ALL SELECT 'water_unsafe', household, water, water_safe::BIGINT, NULL, NULL, NULL, NULL FROM f WHERE water IN (2, 3) OR (NOT water_safe AND water IS NULL)
  UNION ALL SELECT 'income_below_line', household, monitored::BIGINT, income_fen, NULL, NULL, NULL, NULL FROM f WHERE NOT monitored AND income_fen < line
  UNION ALL SELECT 'income_sharp_fall', household, income_fen, last_income_fen, NULL, NULL, NULL, NULL FROM f WHERE income_fen * 100 < last_income_fen * 70 AND income_fen < line * 2
  UNION ALL SELECT 'income_rigid_spending', household, income_fen, after_spending, persons, NULL, NULL, NULL FROM f WHERE income_fen >= line AND after_spending < line * persons
  UNION ALL SELECT 'other_aid_stopped', household, aid_stopped, aid_active, income_fen, NULL, NULL, NULL FROM f WHERE aid_stopped >= 1 AND aid_active = 0 AND income_fen < line
  UNION ALL SELECT 'other_petitions', household, petitions, NULL, NULL, NULL, NULL, NULL FROM f WHERE petitions >= 2
  UNION ALL SELECT 'verify_car', household, monitored::BIGINT, aid_active, car, NULL, NULL, NULL FROM f WHERE helped AND car >= 5000000
  UNION ALL SELECT 'verify_commercial_house', household, monitored::BIGINT, aid_active, flats, NULL, NULL, NULL FROM f WHERE helped AND flats >= 1
  UNION ALL SELECT 'verify_firm_owner', household, monitored::BIGINT, aid_active, capital, NULL, NULL, NULL FROM f WHERE helped AND capital >= 10000000
  UNION ALL SELECT 'verify_fiscal_payroll', household, monitored::BIGINT, aid_active, fiscal, NULL, NULL, NULL FROM f WHERE helped AND fiscal >= 1
  UNION ALL SELECT 'verify_high_wages', household, monitored::BIGINT, pay_12m, income_year_fen, persons, NULL, NULL FROM f WHERE monitored AND pay_12m * 2 > income_year_fen * 3 AND pay_12m > line * persons * 2
  UNION ALL SELECT 'quality_paid_after_death', household, dead_pay, NULL, NULL, NULL, NULL, NULL FROM f WHERE dead_pay >= 1
  UNION ALL SELECT 'quality_paid_while_unemployed', household, idle_pay, NULL, NULL, NULL, NULL, NULL FROM f WHERE idle_pay >= 1
  UNION ALL SELECT 'quality_housing_differs', household, ascii(housing_grade) - 96, house, NULL, NULL, NULL, NULL FROM f WHERE housing_grade IN ('a', 'b') AND house IN (3, 4)
  UNION ALL SELECT 'quality_insurance_differs', household, uninsured_enrolled, NULL, NULL, NULL, NULL, NULL FROM f WHERE uninsured_enrolled >= 1
  UNION ALL SELECT 'quality_illness_unpaid', household, 1, settlements, self_paid_fen, NULL, NULL, NULL FROM f WHERE risk_mask & 1 <> 0 AND settlements = 0 AND coalesce(self_paid_fen, 0) = 0
  UNION ALL SELECT 'quality_disability_nobody', household, 1, nullif(disabled, 0), NULL, NULL, NULL, NULL FROM f WHERE risk_mask & 4 <> 0 AND coalesce(disabled, 0) = 0
  UNION ALL SELECT 'quality_no_risk', household, monitored::BIGINT, risk_mask, NULL, NULL, NULL, NULL FROM f WHERE monitored AND coalesce(risk_mask, 0) = 0
  UNION ALL SELECT 'quality_no_measure', household, monitored::BIGINT, identified_day - DATE '1970-01-01', measures, NULL, NULL, NULL FROM f
    WHERE monitored AND identified_day <= as_at - 30 AND coalesce(measures, 0) = 0
  UNION ALL SELECT 'quality_no_development', household, monitored::BIGINT, able_labour, identified_day - DATE '1970-01-01', development_measures, NULL, NULL FROM f
    WHERE monitored AND able_labour >= 1 AND identified_day <= as_at - 180 AND development_measures = 0
  UNION ALL SELECT 'quality_cleared_early', household, cleared_day - identified_day, NULL, NULL, NULL, NULL, NULL FROM f WHERE cleared_day - identified_day < 180
  UNION ALL SELECT 'quality_cleared_below_line', household, cleared_day - DATE '1970-01-01', income_fen,
      CASE WHEN housing_grade IN ('a', 'b', 'c', 'd') THEN ascii(housing_grade) - 96 WHEN housing_grade IS NOT NULL THEN -1 END, water_safe::BIGINT, NULL, NULL FROM f
    WHERE cleared_day IS NOT NULL AND (income_fen < line OR housing_grade IN ('c', 'd') OR NOT water_safe)
  UNION ALL SELECT 'quality_high_income', household, monitored::BIGINT, income_fen, NULL, NULL, NULL, NULL FROM f WHERE monitored AND income_fen > 2000000
  UNION ALL SELECT 'quality_labour_marks', household, nullif(severe_able, 0), nullif(weak, 0), NULL, NULL, NULL, NULL FROM f WHERE severe_able >= 1 OR weak >= 1
  UNION ALL SELECT 'quality_posts', household, nullif(child_work, 0), nullif(old_post, 0), posts, NULL, NULL, NULL FROM f WHERE child_work >= 1 OR old_post >= 1 OR posts >= 3
  UNION ALL SELECT 'quality_land_road', household, land_mu_100, road_m, NULL, NULL, NULL, NULL FROM f WHERE land_mu_100 > 20000 OR road_m > 5000
);

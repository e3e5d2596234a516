CREATE INDEX IF NOT EXISTS registry_member_words ON registry_member USING gin ((to_tsvector('simple',
  spelled || ' vvc' || coalesce(county_id::text, '') || ' vvt' || coalesce(town_id::text, '') || ' vvv' || coalesce(village_id::text, '')
))) WITH (fastupdate = off);

-- No sequential scan: the planner guesses the share of a query it does not see, and a wrong guess reads the whole table.
CREATE OR REPLACE FUNCTION registry_name_candidates(asked text, most integer) RETURNS TABLE (member_id bigint, household_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp SET enable_seqscan = off AS $$
  SELECT id, household_id FROM registry_member WHERE to_tsvector('simple',
    spelled || ' vvc' || coalesce(county_id::text, '') || ' vvt' || coalesce(town_id::text, '') || ' vvv' || coalesce(village_id::text, '')
  ) @@ to_tsquery('simple', asked) LIMIT most
$$;

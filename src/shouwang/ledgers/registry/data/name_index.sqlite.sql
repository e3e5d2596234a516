CREATE VIRTUAL TABLE IF NOT EXISTS registry_member_words USING fts5(words, columnsize=0);

CREATE TRIGGER IF NOT EXISTS registry_member_words_insert AFTER INSERT ON registry_member BEGIN
  INSERT INTO registry_member_words(rowid, words)
  VALUES (new.id, new.spelled || ' vvc' || coalesce(new.county_id, '') || ' vvt' || coalesce(new.town_id, '') || ' vvv' || coalesce(new.village_id, ''));
END;

CREATE TRIGGER IF NOT EXISTS registry_member_words_update AFTER UPDATE OF spelled, county_id, town_id, village_id ON registry_member
WHEN new.spelled <> old.spelled OR new.county_id IS NOT old.county_id OR new.town_id IS NOT old.town_id OR new.village_id IS NOT old.village_id BEGIN
  UPDATE registry_member_words
  SET words = new.spelled || ' vvc' || coalesce(new.county_id, '') || ' vvt' || coalesce(new.town_id, '') || ' vvv' || coalesce(new.village_id, '')
  WHERE rowid = new.id;
END;

CREATE TRIGGER IF NOT EXISTS registry_member_words_delete AFTER DELETE ON registry_member BEGIN
  DELETE FROM registry_member_words WHERE rowid = old.id;
END;

-- Contacts by the words of their names, whatever the planner thinks of a word. It cannot know how often one occurs that
-- stands in no name, takes it for one that soon fills a page, and walks all contacts of the workspace for it (measured:
-- 100 ms at 100,000). So the index is asked first, for a bounded number; only a word that is in more names than that is
-- looked for along the newest, where it soon fills a page. Who may call it and how it runs stay as they were.
create or replace function app.search_contacts(p_words bigint[], p_limit int) returns table (contact_id uuid)
  language plpgsql stable security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_custom_plan
  -- As in app.search_messages.
  set random_page_cost = 1.1
as $$
declare
  workspace uuid := app.current_workspace();
  words int := array_length(p_words, 1);
  few constant int := 2000;
  found_ids uuid[];
begin
  if workspace is null then
    raise exception 'no valid scope' using errcode = 'DK003';
  end if;
  if words is null or words > 10 or cardinality(p_words) > 120 or p_limit not between 1 and 500 then
    raise exception 'a search takes 1 to 10 words and answers at most 500 rows';
  end if;
  found_ids := array(
    select s.contact_id from desk.contact_search_entry as s
    where s.workspace_id = workspace and s.tokens && p_words[1:1]
      and (words < 2 or s.tokens && p_words[2:2])
      and (words < 3 or s.tokens && p_words[3:3])
      and (words < 4 or not exists (
        select from generate_series(4, words) as place where not s.tokens && p_words[place:place]))
    limit few + 1);
  if cardinality(found_ids) <= few then
    return query select one.id from unnest(found_ids) as one(id) order by one.id desc limit p_limit;
    return;
  end if;
  return query
    select s.contact_id from desk.contact_search_entry as s
    where s.workspace_id = workspace and s.tokens && p_words[1:1]
      and (words < 2 or s.tokens && p_words[2:2])
      and (words < 3 or s.tokens && p_words[3:3])
      and (words < 4 or not exists (
        select from generate_series(4, words) as place where not s.tokens && p_words[place:place]))
    order by s.contact_id desc limit p_limit;
end
$$;

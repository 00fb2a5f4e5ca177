-- Row-level security on every table of a workspace, and what each role may do. Read top to bottom it is the whole answer
-- to "who can touch this table". The schema test refuses a table that is missing here.

-- The tenant itself.
alter table desk.workspace enable row level security;
alter table desk.workspace force row level security;
create policy in_workspace on desk.workspace to desk_app, desk_worker, desk_auth
  using (id = (select app.current_workspace())) with check (id = (select app.current_workspace()));

do $$
declare
  tenant_table text;
begin
  foreach tenant_table in array array[
    'member', 'invitation', 'workspace_counter', 'event', 'audit_head', 'audit_entry', 'inbox', 'inbox_verifier',
    'inbox_sender', 'inbox_ledger', 'contact', 'contact_address', 'visitor', 'conversation', 'message',
    'message_default', 'message_external', 'client_message', 'note', 'attachment', 'tag', 'conversation_tag',
    'saved_reply', 'draft', 'reading', 'delivery', 'delivery_attempt', 'delivery_external', 'search_entry',
    'search_entry_default', 'search_backlog', 'contact_search_entry', 'inbound_event'
  ] loop
    execute format('alter table desk.%I enable row level security', tenant_table);
    execute format('alter table desk.%I force row level security', tenant_table);
    execute format(
      'create policy in_workspace on desk.%I to desk_app, desk_worker, desk_auth
         using (workspace_id = (select app.current_workspace()))
         with check (workspace_id = (select app.current_workspace()))', tenant_table);
  end loop;
  foreach tenant_table in array array[
    'inbound_event', 'inbox_ledger', 'contact', 'contact_address', 'conversation', 'message',
    'message_external', 'attachment', 'delivery', 'delivery_external', 'search_backlog', 'event', 'workspace_counter'
  ] loop
    execute format(
      'create policy in_ingest on desk.%I to desk_ingest_definer
         using (workspace_id = any ((select app.ingest_workspaces())::uuid[]))
         with check (workspace_id = any ((select app.ingest_workspaces())::uuid[]))', tenant_table);
  end loop;
end
$$;

-- desk_app: a signed-in person or a visitor, one workspace at a time. It sees no user, session, counter or credential.
grant select, update (name, language, time_zone) on desk.workspace to desk_app;
grant select, update (role, removed_at) on desk.member to desk_app;
grant select, insert, update (withdrawn_at) on desk.invitation to desk_app;
grant select, update on desk.workspace_counter to desk_app;
grant select, insert on desk.event, desk.audit_entry to desk_app;
grant select, update on desk.audit_head to desk_app;
grant select, insert, update (name, settings, is_enabled) on desk.inbox to desk_app;
-- Credentials are written here and read elsewhere.
grant insert, update (retires_at) on desk.inbox_verifier to desk_app;
grant select (workspace_id, id, inbox_id, created_at, retires_at) on desk.inbox_verifier to desk_app;
grant insert, update (retires_at) on desk.inbox_sender to desk_app;
grant select (workspace_id, id, inbox_id, created_at, retires_at) on desk.inbox_sender to desk_app;
grant select, insert on desk.inbox_ledger to desk_app;
grant select, update on desk.contact to desk_app;
grant select on desk.contact_address to desk_app;
grant select on desk.visitor to desk_app;
grant select, update on desk.conversation to desk_app;
grant select, insert on desk.message to desk_app;
grant select, insert on desk.client_message, desk.note to desk_app;
grant select, insert, update (message_id, note_id, position) on desk.attachment to desk_app;
grant select, insert, update, delete on desk.tag, desk.conversation_tag, desk.saved_reply, desk.draft, desk.reading
  to desk_app;
grant select, insert, update (state, next_attempt_at, lease_until, reason, updated_at) on desk.delivery to desk_app;
grant select on desk.delivery_attempt to desk_app;
grant insert, select on desk.search_backlog to desk_app;
grant select, insert, update, delete on desk.contact_search_entry to desk_app;
grant select, update (state, reason) on desk.inbound_event to desk_app;

-- desk_auth: who somebody is. It may look across workspaces only for memberships, their workspaces and invitations.
grant select, insert, update on desk.app_user, desk.session, desk.sign_in_counter, desk.known_device,
  desk.password_reset, desk.rate_budget to desk_auth;
grant delete on desk.session, desk.sign_in_counter, desk.known_device, desk.rate_budget to desk_auth;
grant select, insert on desk.workspace, desk.workspace_counter, desk.audit_head, desk.event, desk.audit_entry,
  desk.member to desk_auth;
grant update on desk.workspace_counter, desk.audit_head to desk_auth;
grant update (name, email, last_seen_at, role, removed_at) on desk.member to desk_auth;
grant select, update (accepted_at) on desk.invitation to desk_auth;
create policy of_a_user on desk.member for select to desk_auth using (true);
create policy copies_of_a_user on desk.member for update to desk_auth using (true) with check (true);
create policy of_a_user on desk.workspace for select to desk_auth using (true);
create policy by_link on desk.invitation for select to desk_auth using (true);

-- desk_ingest: finds the inbox of a key and what verifies its calls; everything else through the functions.
grant select on desk.inbox, desk.inbox_verifier to desk_ingest;
grant select, insert, update (last_seen_at, name_sealed) on desk.visitor to desk_ingest;
-- What a visitor uploads belongs to no message yet; `app.ingest_store` gives it one.
grant insert (workspace_id, id, uploaded_by_visitor_id, file_name_sealed, key_sealed, media_type, byte_size, width,
  height, created_at) on desk.attachment to desk_ingest;
create policy by_key on desk.inbox for select to desk_ingest using (true);
create policy by_key on desk.inbox_verifier for select to desk_ingest using (true);
create policy by_token on desk.visitor for select to desk_ingest using (true);
create policy in_workspace_ingest on desk.visitor to desk_ingest
  using (workspace_id = (select app.current_workspace())) with check (workspace_id = (select app.current_workspace()));
create policy in_workspace_ingest on desk.attachment for insert to desk_ingest
  with check (workspace_id = (select app.current_workspace()));

grant select, insert, update on desk.inbound_event, desk.contact, desk.conversation to desk_ingest_definer;
grant select, update on desk.inbox_ledger, desk.workspace_counter, desk.delivery to desk_ingest_definer;
grant select, insert on desk.contact_address, desk.message, desk.message_external, desk.search_backlog, desk.event
  to desk_ingest_definer;
grant select, insert, update (message_id, position) on desk.attachment to desk_ingest_definer;
grant select on desk.delivery_external to desk_ingest_definer;

-- desk_worker: sends, wakes and indexes in one workspace at a time; reads what sends, never what verifies.
grant select on desk.workspace, desk.member, desk.inbox, desk.inbox_sender, desk.contact, desk.contact_address,
  desk.message, desk.attachment, desk.conversation to desk_worker;
grant update on desk.conversation to desk_worker;
grant select, update on desk.workspace_counter to desk_worker;
grant select, insert on desk.event to desk_worker;
grant select, update on desk.delivery to desk_worker;
grant select, insert, update on desk.delivery_attempt to desk_worker;
grant select, insert on desk.delivery_external to desk_worker;
grant select, insert, update, delete on desk.search_entry, desk.contact_search_entry to desk_worker;
grant select, delete on desk.search_backlog to desk_worker;
grant delete on desk.attachment to desk_worker;

-- desk_queue_definer: finds work, sees no content.
grant select (workspace_id, id, inbox_id, raw_sealed, received_at, state) on desk.inbound_event to desk_queue_definer;
grant select (workspace_id, id, channel) on desk.inbox to desk_queue_definer;
grant select, update on desk.delivery to desk_queue_definer;
grant select (workspace_id, id, status, snoozed_until) on desk.conversation to desk_queue_definer;
grant select on desk.search_backlog, desk.workspace_counter to desk_queue_definer;
grant select (workspace_id, id, message_id, note_id, created_at) on desk.attachment to desk_queue_definer;
create policy finds_work on desk.inbound_event for select to desk_queue_definer using (true);
create policy finds_work on desk.inbox for select to desk_queue_definer using (true);
create policy finds_work on desk.delivery to desk_queue_definer using (true) with check (true);
create policy finds_work on desk.conversation for select to desk_queue_definer using (true);
create policy finds_work on desk.search_backlog for select to desk_queue_definer using (true);
create policy finds_work on desk.attachment for select to desk_queue_definer using (true);
create policy finds_work on desk.workspace_counter for select to desk_queue_definer using (true);

-- desk_search_definer: ids and tokens, nothing else.
grant select on desk.search_entry, desk.contact_search_entry to desk_search_definer;
grant select (workspace_id, message_id) on desk.search_backlog to desk_search_definer;
create policy reads_tokens on desk.search_entry for select to desk_search_definer using (true);
create policy reads_tokens on desk.contact_search_entry for select to desk_search_definer using (true);
create policy reads_backlog on desk.search_backlog for select to desk_search_definer using (true);

-- The functions go to the roles that may see what they need, and may be called by those that need them; everybody may
-- call a new function until this is taken away.
revoke execute on all functions in schema app from public;
-- Handing a function over takes CREATE on its schema for the moment of it.
grant create on schema app to desk_ingest_definer, desk_queue_definer, desk_search_definer;
do $$
declare
  signature text;
begin
  foreach signature in array array[
    'app.ingest_keep(text[], jsonb)', 'app.ingest_resolve(text[], jsonb)',
    'app.ingest_store(text[], jsonb, jsonb, timestamptz)', 'app.ingest_status(text, jsonb, uuid[], timestamptz)',
    'app.ingest_set_apart(text, uuid, text)'
  ] loop
    execute format('grant execute on function %s to desk_ingest', signature);
    execute format('alter function %s owner to desk_ingest_definer', signature);
  end loop;
  foreach signature in array array[
    'app.take_pending(uuid, int, int)',
    'app.claim_deliveries(timestamptz, timestamptz, int, uuid[], int, uuid[], int)',
    'app.abandoned_deliveries(timestamptz, timestamptz, int)', 'app.next_delivery_at()',
    'app.workspace_of_unreadable(uuid)',
    'app.due_snoozes(timestamptz, int)', 'app.search_backlog_of(int)', 'app.event_numbers(uuid[])',
    'app.unused_attachments(timestamptz, int)'
  ] loop
    execute format('alter function %s owner to desk_queue_definer', signature);
  end loop;
  grant execute on function app.take_pending(uuid, int, int) to desk_ingest;
  grant execute on function app.claim_deliveries(timestamptz, timestamptz, int, uuid[], int, uuid[], int),
    app.abandoned_deliveries(timestamptz, timestamptz, int), app.next_delivery_at(), app.due_snoozes(timestamptz, int),
    app.workspace_of_unreadable(uuid),
    app.search_backlog_of(int), app.unused_attachments(timestamptz, int) to desk_worker;
  grant execute on function app.event_numbers(uuid[]) to desk_app;
  foreach signature in array array[
    'app.search_messages(bigint[], uuid, int)', 'app.search_contacts(bigint[], int)', 'app.search_is_complete()'
  ] loop
    execute format('grant execute on function %s to desk_app', signature);
    execute format('alter function %s owner to desk_search_definer', signature);
  end loop;
end
$$;
revoke create on schema app from desk_ingest_definer, desk_queue_definer, desk_search_definer;
grant execute on function app.enter_ingest(text[]), app.plan_anew(), app.place_items(jsonb),
  app.raise_counters(uuid[], int[], int[]), app.give_files(jsonb, boolean[], uuid[], bigint[]),
  app.finish_events(uuid[], uuid[], timestamptz) to desk_ingest_definer;
grant execute on function app.uuid_floor(timestamptz), app.delivery_rank(text) to desk_app, desk_worker,
  desk_ingest_definer, desk_queue_definer, desk_search_definer;

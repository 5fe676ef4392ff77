import { changeCounter } from './count-change.ts';
import type { Query } from './database.ts';

/** Deletes old closed alerts and what hangs on them alone; answers how many alerts. */
export async function deleteClosed(query: Query, beforeMs: number, limit: number): Promise<number> {
  const gone = await query<{ alertId: string; caseId: string | null }>(
    `delete from weir.alerts where alert_id in (
       select alert_id from weir.alerts where state = 'closed' and changed_at_ms < $1
       order by changed_at_ms, alert_id limit $2)
     returning alert_id as "alertId", case_id as "caseId"`,
    [beforeMs, limit],
  );
  if (gone.length > 0) await changeCounter(query)();
  const alertIds = gone.map(({ alertId }) => alertId);
  for (const table of ['entries', 'changes', 'release_requests'])
    await query(`delete from weir.${table} where alert_id = any($1::text[])`, [alertIds]);
  await leaveGroups(query, alertIds);
  await query(
    `delete from weir.cases where case_id = any($1::text[])
     and not exists (select from weir.alerts where alerts.case_id = cases.case_id)`,
    [gone.flatMap(({ caseId }) => caseId ?? [])],
  );
  await query(
    `delete from weir.notifications where alert_ids && $1::text[]
     and not exists (select from weir.alerts where alert_id = any(alert_ids))`,
    [alertIds],
  );
  await query(`delete from weir.notifications where alert_ids = '{}' and created_at_ms < $1`, [beforeMs]);
  return gone.length;
}

async function leaveGroups(query: Query, alertIds: readonly string[]): Promise<void> {
  const left = await query<{ id: string }>(
    'delete from weir.group_members where alert_id = any($1::text[]) returning group_id as id',
    [alertIds],
  );
  await query(
    `delete from weir.groups where group_id = any($1::text[])
     and not exists (select from weir.group_members where group_members.group_id = groups.group_id)`,
    [left.map(({ id }) => id)],
  );
}

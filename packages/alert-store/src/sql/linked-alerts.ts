import type { Alert } from '@weir/alerts';
import type { LinkQuery } from '../alert-store.ts';
import type { Query } from './database.ts';
import { alertOfRow, alertsTable } from './tables.ts';
import type { AlertRow } from './tables.ts';

/** Nobody who asks what alerts share opens them. */
const columns = alertsTable.columns.replace('sealed as "sealed"', `''::bytea as "sealed"`);

/**
 * The ids of the alerts of each kind of link. Alerts of one counterparty become a case at once, so few of
 * them are in none; an index has these alone. A rule may be that of most alerts there are: those of a span
 * are read backwards in time until there are enough.
 */
const idsBy = {
  counterparty: `
    select alert_id from (
      select alert_id, row_number() over (
        partition by shared.name order by last_event_at_ms desc, alert_id) as place
      from weir.alerts cross join unnest(counterparties) as shared (name)
      where tenant = $1 and case_id is null and counterparties && $2::text[]
        and shared.name = any($2::text[]) and last_event_at_ms between $3 and $4) as found
    where place <= $5`,
  rule: `
    select found.alert_id from unnest($2::text[]) as wanted (name) cross join lateral (
      select alert_id from weir.alerts
      where tenant = $1 and rules @> array[wanted.name] and last_event_at_ms between $3 and $4
      order by last_event_at_ms desc, alert_id limit $5) as found`,
} as const;

/** Of each name the alerts with the latest events in a span, each alert once. */
export async function linkedAlerts(query: Query, asked: LinkQuery): Promise<readonly Alert[]> {
  const { tenant, by, names, fromMs, toMs, limit } = asked;
  if (names.length === 0) return [];
  const rows = await query<AlertRow>(
    `select ${columns} from weir.alerts where alert_id in (${idsBy[by]}) order by alert_id`,
    [tenant, names, fromMs, toMs, limit],
  );
  return rows.map((row) => alertOfRow(row).alert);
}

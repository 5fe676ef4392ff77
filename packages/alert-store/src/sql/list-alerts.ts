import type { Alert } from '@weir/alerts';
import { alertStates } from '../alert-states.ts';
import type { AlertQuery } from '../alert-store.ts';
import type { Query } from './database.ts';
import { alertOfRow, alertsTable } from './tables.ts';
import type { AlertRow } from './tables.ts';

/**
 * One page of alerts. Each state is read by itself from an index that has it in the order of the page, and
 * what they answer is merged: a page costs the same however many alerts there are.
 */
export async function listAlerts(query: Query, asked: AlertQuery): Promise<readonly Alert[]> {
  const values: unknown[] = [asked.states ?? alertStates, asked.limit];
  const valueOf = (value: unknown): string => `$${values.push(value)}`;
  const conditions = ['state = wanted.name'];
  if (asked.tenant !== undefined) conditions.push(`tenant = ${valueOf(asked.tenant)}`);
  if (asked.caseId !== undefined) conditions.push(`case_id = ${valueOf(asked.caseId)}`);
  if (asked.account !== undefined) conditions.push(`account = ${valueOf(asked.account)}`);
  if (asked.before !== undefined) {
    const { changedAtMs, alertId } = asked.before;
    conditions.push(`(changed_at_ms, alert_id) < (${valueOf(changedAtMs)}, ${valueOf(alertId)})`);
  }
  const rows = await query<AlertRow>(
    `select ${alertsTable.columns} from unnest($1::text[]) as wanted (name) cross join lateral (
       select * from weir.alerts where ${conditions.join(' and ')}
       order by changed_at_ms desc, alert_id desc limit $2) as found
     order by changed_at_ms desc, alert_id desc limit $2`,
    values,
  );
  return rows.map((row) => alertOfRow(row).alert);
}

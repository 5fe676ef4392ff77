import type { NotificationGroup } from '@weir/alerts';
import type { Query } from './database.ts';
import { groupsTable } from './tables.ts';

const members = `(
  select coalesce(json_agg(json_build_object(
    'alertId', alert_id, 'toldRevision', told_revision, 'toldTransactions', told_transactions,
    'isOwed', is_owed) order by ordinal), '[]')
  from weir.group_members where group_members.group_id = groups.group_id
) as members`;

/** Groups with their members in their order. */
export const selectGroups = (
  query: Query,
  rest: string,
  values: readonly unknown[],
): Promise<readonly NotificationGroup[]> =>
  query<NotificationGroup>(`select ${groupsTable.columns}, ${members} from weir.groups ${rest}`, values);

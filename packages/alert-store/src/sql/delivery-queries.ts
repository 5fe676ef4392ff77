import type { Delivery } from '@weir/alerts';
import type { AlertStore } from '../alert-store.ts';
import type { Query } from './database.ts';
import { deliveriesTable } from './tables.ts';

/** When a delivery can be taken: not before it is due, nor while somebody holds it. As its indexes have it. */
const availableAt = 'greatest(next_at_ms, coalesce(leased_until_ms, 0))';

/** Deliveries are taken and settled outside of the transactions' turns: whoever sends waits for nobody. */
export function deliveryQueries(query: Query) {
  return {
    claimDeliveries: async ({ nowMs, leaseUntilMs, owner, limit, perReceiver = limit, receivers }) => {
      const claimed = await query<Delivery & { readonly availableAtMs: number }>(
        `with due as materialized (
           select found.* from unnest($1::text[]) as wanted (name) cross join lateral (
             select delivery_key, target, ${availableAt} as available_at from weir.deliveries
             where receiver_id = wanted.name and state = 'due' and ${availableAt} <= $2
             order by ${availableAt}, delivery_key, target limit $3 for update skip locked) as found
           order by available_at, delivery_key, target limit $4)
         update weir.deliveries set leased_until_ms = $5, owner = $6 from due
         where deliveries.delivery_key = due.delivery_key and deliveries.target = due.target
         returning ${deliveriesTable.columns.replaceAll(/"(delivery_key|target)" as/g, 'deliveries."$1" as')},
           due.available_at as "availableAtMs"`,
        [[...new Set(receivers)], nowMs, perReceiver, limit, leaseUntilMs, owner],
      );
      return claimed
        .toSorted(byAvailability)
        .map(({ availableAtMs: _availableAtMs, ...delivery }) => delivery);
    },
    settleDelivery: async (owner, delivery) => {
      const settled = await query(
        `update weir.deliveries set state = $4, attempts = $5, next_at_ms = $6, last_code = $7, last_status = $8,
           settled_at_ms = $9, leased_until_ms = null, owner = null
         where delivery_key = $1 and target = $2 and owner = $3 returning 1`,
        [
          ...[delivery.deliveryKey, delivery.target, owner, delivery.state, delivery.attempts],
          ...[delivery.nextAtMs, delivery.lastCode, delivery.lastStatus, delivery.settledAtMs],
        ],
      );
      return settled.length === 1;
    },
    failedDeliveries: (limit) =>
      query<Delivery>(
        `select ${deliveriesTable.columns} from weir.deliveries where state = 'failed'
         order by settled_at_ms desc, delivery_key, target limit $1`,
        [limit],
      ),
    retryDeliveries: async (nowMs, wanted) => {
      const again = `update weir.deliveries set state = 'due', attempts = 0, next_at_ms = $1, settled_at_ms = null,
        leased_until_ms = null, owner = null`;
      const named = `from unnest($2::text[], $3::text[]) as wanted (key, name)
        where delivery_key = wanted.key and target = wanted.name and state = 'failed' returning 1`;
      const retried =
        wanted === 'all'
          ? await query(`${again} where state = 'failed' returning 1`, [nowMs])
          : await query(`${again} ${named}`, [
              nowMs,
              wanted.map(({ deliveryKey }) => deliveryKey),
              wanted.map(({ target }) => target),
            ]);
      return retried.length;
    },
    deliveriesOfAlert: (alertId, limit) =>
      query<Delivery>(
        `select ${deliveriesTable.columns} from weir.deliveries where notification_id in (
           select notification_id from weir.notifications where alert_ids @> array[$1::text])
         order by created_at_ms desc, delivery_key, target limit $2`,
        [alertId, limit],
      ),
  } satisfies Partial<AlertStore>;
}

type Available = Pick<Delivery, 'deliveryKey' | 'target'> & { readonly availableAtMs: number };

/** An update answers in no order. */
function byAvailability(left: Available, right: Available): number {
  if (left.availableAtMs !== right.availableAtMs) return left.availableAtMs - right.availableAtMs;
  if (left.deliveryKey !== right.deliveryKey) return left.deliveryKey < right.deliveryKey ? -1 : 1;
  return left.target < right.target ? -1 : 1;
}

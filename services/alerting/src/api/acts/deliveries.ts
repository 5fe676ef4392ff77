import type { ApiCaller } from '@weir/access';
import type { Delivery } from '@weir/alerts';
import type { ApiPorts } from '../api-ports.ts';
import { refused, type Refused } from '../api-refused.ts';
import { auditOf, recordAct } from '../audit-act.ts';
import type { TestedAnswer } from '@weir/contracts';

/**
 * Makes failed deliveries due again, all or those named. That it is done is on its way to the trail before;
 * how many they were comes behind it.
 */
export async function retryDeliveries(
  ports: ApiPorts,
  caller: ApiCaller,
  wanted: readonly Pick<Delivery, 'deliveryKey' | 'target'>[] | 'all',
): Promise<number> {
  const subject = {
    kind: 'delivery',
    id: wanted !== 'all' && wanted.length === 1 ? (wanted[0]?.deliveryKey ?? 'all') : 'all',
  } as const;
  const record = (result: 'begun' | 'done', details: Readonly<Record<string, number>>): Promise<void> =>
    recordAct(
      ports,
      auditOf(ports, caller, { action: 'deliveries_retried', subject, result, details }, ports.nowMs()),
    );
  await record('begun', wanted === 'all' ? {} : { asked: wanted.length });
  const count = await ports.store.retryDeliveries(ports.nowMs(), wanted);
  await record('done', { count });
  return count;
}

/** Sends a sample to each receiver, or to one. */
export async function testReceivers(
  ports: ApiPorts,
  receiver: string | undefined,
): Promise<TestedAnswer['receivers'] | Refused> {
  return (await ports.sendTest(receiver)) ?? refused('receiver_unknown');
}

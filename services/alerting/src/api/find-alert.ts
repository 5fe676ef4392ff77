import type { ApiCaller } from '@weir/access';
import type { StoredAlert } from '@weir/alert-store';
import type { ApiPorts } from './api-ports.ts';
import { refused, type Refused } from './api-refused.ts';
import { maySee, tenantSeenBy } from './caller.ts';

/** An alert id, or at least eight digits of its beginning. */
const namesAlert = (text: string): boolean => /^[0-9a-f]{8,64}$/.test(text);

/** The alert that is meant, by its id or what that begins with. One of another tenant is as unknown as one that isn't. */
export async function findAlert(
  { store }: Pick<ApiPorts, 'store'>,
  caller: ApiCaller,
  id: string,
): Promise<StoredAlert | Refused> {
  if (!namesAlert(id)) return refused('alert_unknown');
  const alertId = id.length === 64 ? id : await wholeId(store, caller, id);
  if (typeof alertId !== 'string') return alertId;
  const found = await store.alert(alertId);
  return found === undefined || !maySee(caller, found.alert.tenant) ? refused('alert_unknown') : found;
}

async function wholeId(
  store: ApiPorts['store'],
  caller: ApiCaller,
  beginning: string,
): Promise<string | Refused> {
  const [first, another] = await store.alertIdsBeginning(beginning, tenantSeenBy(caller));
  if (first === undefined) return refused('alert_unknown');
  return another === undefined ? first : refused('alert_ambiguous');
}

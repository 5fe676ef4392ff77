import type { ApiCaller } from '@weir/access';
import type { AlertCase } from '@weir/alerts';
import type { AlertActRequest, CaseActedAnswer } from '@weir/contracts';
import { apiLimits } from '../api-limits.ts';
import type { ApiPorts } from '../api-ports.ts';
import { refused, type Refused } from '../api-refused.ts';
import { maySee } from '../caller.ts';
import { actOnAlert } from './act-on-alert.ts';

/** A case that a caller may see. */
export async function findCase(
  { store }: Pick<ApiPorts, 'store'>,
  caller: ApiCaller,
  caseId: string,
): Promise<{ readonly kind: 'found'; readonly case: AlertCase } | Refused> {
  const [found] = await store.cases([caseId]);
  if (found === undefined || !maySee(caller, found.tenant)) return refused('case_unknown');
  return { kind: 'found', case: found };
}

/** Does the same about each alert of a case, each in a transaction of its own: said again it goes on where it broke off. */
export async function actOnCase(
  ports: ApiPorts,
  caller: ApiCaller,
  caseId: string,
  asked: AlertActRequest,
): Promise<{ readonly case: AlertCase; readonly alerts: CaseActedAnswer['alerts'] } | Refused> {
  const found = await findCase(ports, caller, caseId);
  if (found.kind === 'refused') return found;
  const members = await ports.store.listAlerts({
    tenant: found.case.tenant,
    caseId,
    limit: apiLimits.mostAlertsOfCase,
  });
  const alerts: CaseActedAnswer['alerts'] = [];
  for (const { alertId } of members) {
    const acted = await actOnAlert(ports, caller, alertId, asked);
    alerts.push({ alertId, result: acted.kind === 'refused' ? acted.code : acted.kind });
  }
  return { case: found.case, alerts };
}

import { granted, readAs } from '@weir/access';
import { alertAct, type CaseActedAnswer, type CaseAnswer, type CaseListAnswer } from '@weir/contracts';
import { actOnCase, findCase } from '../acts/act-on-case.ts';
import { caseAnswerOf } from '../answers.ts';
import { apiLimits } from '../api-limits.ts';
import type { ApiPorts } from '../api-ports.ts';
import { tenantSeenBy } from '../caller.ts';
import type { AddRoute } from './add-route.ts';

/** `/v1/cases`, and what is done about all alerts of one. */
export function addCaseRoutes(add: AddRoute, ports: ApiPorts): void {
  add('GET', '/v1/cases', 'alerts:read', async ({ caller }) => {
    const tenant = tenantSeenBy(caller);
    // A case is what its alerts make of it: those are listed that have an alert nobody has closed.
    const open = await ports.store.listAlerts({
      ...(tenant === undefined ? {} : { tenant }),
      states: ['new', 'acknowledged', 'investigating', 'snoozed'],
      limit: apiLimits.mostAlertsOfCase,
    });
    const ids = new Set(open.flatMap(({ caseId }) => (caseId === null ? [] : [caseId])));
    const cases = await ports.store.cases([...ids]);
    return {
      cases: cases.toSorted((a, b) => b.lastEventAtMs - a.lastEventAtMs).map(caseAnswerOf),
    } satisfies CaseListAnswer;
  });
  add('GET', '/v1/cases/:id', 'alerts:read', async ({ caller, id }) => {
    const found = granted(await findCase(ports, caller, id));
    return caseAnswerOf(found.case) satisfies CaseAnswer;
  });
  add('POST', '/v1/cases/:id/acts', 'alerts:act', async ({ caller, id, body }) => {
    const acted = granted(await actOnCase(ports, caller, id, readAs(alertAct, body)));
    return { case: caseAnswerOf(acted.case), alerts: acted.alerts } satisfies CaseActedAnswer;
  });
}

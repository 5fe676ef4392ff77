import { caseIdOf } from '@weir/alerts';
import type { Alert, AlertCase } from '@weir/alerts';

/** The cases that alerts say they belong to. Its link is found again by its id, which was made of it. Pure. */
export function reviveCases(alerts: readonly Alert[]): readonly AlertCase[] {
  const members = Map.groupBy(
    alerts.filter(({ caseId }) => caseId !== null),
    ({ caseId }) => caseId ?? '',
  );
  return [...members].map(([caseId, ofCase]) => ({
    caseId,
    tenant: ofCase[0]?.tenant ?? '',
    links: linksOfCase(caseId, ofCase),
    alerts: ofCase.length,
    openedAtMs: Math.min(...ofCase.map(({ openedAtMs }) => openedAtMs)),
    lastEventAtMs: Math.max(...ofCase.map(({ lastEventAtMs }) => lastEventAtMs)),
    endedAtMs: null,
  }));
}

function linksOfCase(caseId: string, alerts: readonly Alert[]): readonly string[] {
  for (const { alertId, tenant, counterparties, rules } of alerts)
    for (const link of [
      ...counterparties.map((one) => `counterparty ${one}`),
      ...rules.map((one) => `rule ${one}`),
    ])
      if (caseIdOf({ tenant, link, alertId }) === caseId) return [link];
  return [];
}

import type { Alert } from '../model.ts';
import { linksOf, tenantOf } from './facts.ts';
import type { Facts } from './facts.ts';

const keyOf = (tenant: string, link: string): string => `${tenant} ${link}`;

/**
 * Which alerts have which of the links that findings ask for, so that a batch of a storm isn't compared
 * with itself alert by alert.
 */
export function createLinkIndex(findings: readonly Facts[], alerts: Iterable<Alert>) {
  const ids = new Map<string, Set<string>>(
    findings.flatMap((facts) => linksOf(facts).map((link) => [keyOf(tenantOf(facts), link), new Set()])),
  );

  /** Of links that no finding asks for nothing is kept. */
  const add = ({ tenant, alertId }: Alert, links: readonly string[]): void => {
    for (const link of links) ids.get(keyOf(tenant, link))?.add(alertId);
  };

  for (const alert of alerts) {
    add(
      alert,
      alert.counterparties.map((one) => `counterparty ${one}`),
    );
    add(
      alert,
      alert.rules.map((rule) => `rule ${rule}`),
    );
  }
  return {
    add,
    idsOf: (tenant: string, link: string): readonly string[] =>
      [...(ids.get(keyOf(tenant, link)) ?? [])].sort(),
  };
}

import { episodeKeysOf, linksOf, tenantOf } from '@weir/alerts';
import type { Alert, AlertCase, CaseSettings, Facts, TransactionFacts } from '@weir/alerts';
import type { AlertRows, LinkQuery, StoredAlert } from '@weir/alert-store';
import type { ReadFinding } from './read-run.ts';

/** Everything in the store that a run may have to do with. */
export type Related = {
  readonly position: number | undefined;
  readonly open: readonly StoredAlert[];
  readonly known: ReadonlySet<string>;
  readonly cases: readonly AlertCase[];
  /** Alerts that share a counterparty or a rule with what is read. */
  readonly recent: readonly Alert[];
};

/** Of one counterparty or rule so many are enough to tell whether they make a case. */
const mostLinked = 50;
const dayMs = 86_400_000;
const minuteMs = 60_000;

const nothing: Omit<Related, 'position'> = { open: [], known: new Set(), cases: [], recent: [] };

/** Reads it, within a transaction. */
export async function readRelated(
  rows: AlertRows,
  at: { readonly topic: string; readonly partition: number },
  findings: readonly ReadFinding[],
  settings: CaseSettings,
): Promise<Related> {
  const position = await rows.position(at.topic, at.partition);
  if (findings.length === 0) return { position, ...nothing };
  const facts = findings.map((finding) => finding.facts);
  const cases: AlertCase[] = [];
  const recent: Alert[] = [];
  for (const [tenant, ofTenant] of Map.groupBy(facts, tenantOf)) {
    const links = [...new Set(ofTenant.flatMap(linksOf))];
    if (links.length > 0) cases.push(...(await rows.openCases(tenant, links)));
    recent.push(...(await readLinked(rows, tenant, ofTenant, settings)));
  }
  return {
    position,
    open: await rows.openEpisodes([...new Set(facts.flatMap(episodeKeysOf))]),
    known: await rows.knownEntries([...new Set(findings.map(({ entryId }) => entryId))]),
    ...{ cases, recent },
  };
}

async function readLinked(
  rows: AlertRows,
  tenant: string,
  facts: readonly Facts[],
  { counterpartyDays, ruleMinutes }: CaseSettings,
): Promise<readonly Alert[]> {
  const transactions = facts.flatMap((one) => (one.kind === 'transaction' ? [one] : []));
  const linked = async (
    by: LinkQuery['by'],
    withinMs: number,
    namesOf: (one: TransactionFacts) => readonly string[],
  ) => {
    const found: Alert[] = [];
    for (const near of nearInTime(transactions, withinMs)) {
      const names = [...new Set(near.flatMap(namesOf))];
      const fromMs = (near[0]?.eventAtMs ?? 0) - withinMs;
      const toMs = (near.at(-1)?.eventAtMs ?? 0) + withinMs;
      if (names.length > 0)
        found.push(...(await rows.linkedAlerts({ tenant, by, names, fromMs, toMs, limit: mostLinked })));
    }
    return found;
  };
  const alerts = [
    ...(await linked('counterparty', counterpartyDays * dayMs, ({ counterparty }) =>
      counterparty === null ? [] : [counterparty],
    )),
    ...(await linked('rule', ruleMinutes * minuteMs, ({ linkingRules }) => linkingRules)),
  ];
  return [...new Map(alerts.map((alert) => [alert.alertId, alert] as const)).values()];
}

/**
 * In the order of their times, together where the same alerts may be near: one that comes months late makes
 * nobody read all months between, in which others would come before those near it.
 */
function nearInTime(
  transactions: readonly TransactionFacts[],
  withinMs: number,
): readonly (readonly TransactionFacts[])[] {
  const together: TransactionFacts[][] = [];
  for (const one of transactions.toSorted((a, b) => a.eventAtMs - b.eventAtMs)) {
    const last = together.at(-1);
    const lastAtMs = last?.at(-1)?.eventAtMs ?? -Infinity;
    if (last !== undefined && one.eventAtMs - lastAtMs <= 2 * withinMs) last.push(one);
    else together.push([one]);
  }
  return together;
}

/** Two readings with one version give the same alerts. */
export const versionOf = ({ position, open, known, cases, recent }: Related): string =>
  JSON.stringify([
    position ?? null,
    [...open.map(({ alert }) => alert), ...recent].map((alert) => [
      ...[alert.alertId, alert.revision, alert.episodeEndedAtMs],
    ]),
    [...known].sort(),
    cases,
  ]);

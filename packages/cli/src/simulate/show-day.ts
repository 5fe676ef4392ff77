import { formatAmount, maskAccount } from '@weir/contracts';
import type { HeldTransaction } from '@weir/contracts';
import { resolveRuleset } from '@weir/rules';
import { titleOfScoreReason } from '@weir/scoring';
import type { IngestSummary } from '../ingest/ingest-messages.ts';
import { showSummary } from '../ingest/show-summary.ts';
import type { Ledgers } from '../ledger/read-ledgers.ts';
import { showLedgers } from '../ledger/show-ledgers.ts';
import { grouped, table } from '../terminal/table.ts';
import type { TruthComparison } from './held-transactions.ts';

/** Everything there is to say about a simulated day. */
export type DayReport = {
  readonly day: number;
  readonly summary: IngestSummary | undefined;
  readonly durationMs: number;
  readonly ledgers: Ledgers;
  readonly held: readonly HeldTransaction[];
  readonly comparison: TruthComparison;
};

const shownHeld = 12;
const shownReasons = 2;

/** The summary of a simulated day, for a person. */
export function showDay({ day, summary, durationMs, ledgers, held, comparison }: DayReport): string[] {
  const offered = summary?.offered ?? 0;
  const perSecond = durationMs === 0 ? 0 : Math.round((1000 * offered) / durationMs);
  const { frauds, fraudsFound, genuineHeld } = comparison;
  return [
    '',
    `Simulated day ${day}: ${grouped(offered)} transactions in ${(durationMs / 1000).toFixed(1)} s, ${grouped(perSecond)} a second from offer to verdict and alert`,
    '',
    ...(summary === undefined ? [] : showSummary(summary)),
    '',
    ...showHeld(held),
    '',
    `Of ${frauds} simulated frauds ${fraudsFound} were found; ${genuineHeld} genuine transactions were held with them.`,
    '',
    ...showLedgers(ledgers),
  ];
}

function showHeld(held: readonly HeldTransaction[]): string[] {
  if (held.length === 0) return ['No transaction was held.'];
  const rows = held
    .toSorted((a, b) => b.verdict.score - a.verdict.score)
    .slice(0, shownHeld)
    .map(({ transaction, verdict }) => [
      verdict.score.toFixed(2),
      maskAccount(transaction.account),
      `${formatAmount(transaction.amountMinor, transaction.currency)} ${transaction.currency}`,
      reasonsOf(verdict),
    ]);
  const more = held.length - rows.length;
  return [
    `${grouped(held.length)} transactions were held; alerts of them go out by account (npx weir alerts list):`,
    ...table(['score', 'account', 'amount', 'because'], rows, [2]),
    ...(more > 0 ? [`and ${grouped(more)} more: npx weir tail held --all --no-follow`] : []),
  ];
}

/**
 * The two reasons that weigh most, by the rules' own titles, and how many more
 * there are: the mail has all. Under a score they come in this order already.
 */
function reasonsOf({ reasons, versions }: HeldTransaction['verdict']): string {
  const ruleset = resolveRuleset(versions.ruleset);
  const rules = ruleset?.rules ?? [];
  const weightOf = (id: string): number =>
    ruleset?.scoring === 'model' ? 1 : (rules.find((rule) => rule.id === id)?.weight ?? 1);
  const titles = reasons
    .toSorted((a, b) => weightOf(b.rule) - weightOf(a.rule))
    .map(
      ({ rule }) =>
        rules.find((one) => one.id === rule)?.title ?? titleOfScoreReason(rule) ?? rule.replaceAll('_', ' '),
    );
  const more = titles.length - shownReasons;
  return titles.slice(0, shownReasons).join('; ') + (more > 0 ? ` (and ${more} more)` : '');
}

import { isJudged } from '../plan.ts';
import type { ReplayFilter, ReplayPlan } from '../plan.ts';
import { counted, grouped, listed, shownMinute } from './shown.ts';

/** What a plan replays, in sentences. Accounts stand there by their pseudonyms. */
export function planInWords(plan: ReplayPlan): readonly string[] {
  const only = filterInWords(plan.filter);
  return [
    rangeInWords(plan),
    ...(only.length === 0 ? [] : [`Only ${only.join('; ')}.`]),
    ...(isJudged(plan.target) ? [versionsInWords(plan.versions)] : []),
    targetInWords(plan.target),
  ];
}

function rangeInWords({ stream, range, stretches }: ReplayPlan): string {
  const offsets = stretches.reduce((sum, { from, to }) => sum + to - from, 0);
  const where = `${counted(offsets, 'offset')} in ${counted(stretches.length, 'partition')}`;
  switch (range.by) {
    case 'offsets':
      return `What stands on ${stream} at ${where}, chosen by offset.`;
    case 'logTime':
    case 'eventTime': {
      const by = range.by === 'logTime' ? 'the time the log took it in' : 'the time it happened';
      return `What stands on ${stream} from ${shownMinute(range.from)} to ${shownMinute(range.to)} (UTC) by ${by}: ${where}.`;
    }
  }
}

function filterInWords(filter: ReplayFilter): string[] {
  const { accounts, sources, transactions, outcomes, rules, amountFromMinor, amountToMinor } = filter;
  const lists = [
    ['of the account', 'of the accounts', accounts],
    ['by the connection', 'by the connections', sources],
    ['the transaction', 'the transactions', transactions],
    ['what was then', 'what was then', outcomes],
    ['for the reason', 'for the reasons', rules],
  ] as const;
  const parts = lists.flatMap(([one, many, names]) =>
    names === undefined ? [] : [`${names.length === 1 ? one : many} ${listed(names)}`],
  );
  if (amountFromMinor !== undefined) parts.push(`amounts from ${grouped(amountFromMinor)} minor units on`);
  if (amountToMinor !== undefined) parts.push(`amounts up to ${grouped(amountToMinor)} minor units`);
  return parts;
}

/** Under which versions is judged again, in a sentence. */
function versionsInWords(versions: ReplayPlan['versions']): string {
  switch (versions.kind) {
    case 'then':
      return 'Judged again under the versions of then, so everything has to come out the same.';
    case 'now':
      return 'Judged again under what was in force when the plan was made.';
    case 'ruleset':
      return `Judged again as then, with the ruleset ${versions.ref} in place of the one in force.`;
    case 'file':
      return `Judged again as then, with the ruleset of a file (SHA-256 ${versions.digest.slice(0, 12)}…) in place of the one in force.`;
  }
}

function targetInWords(target: ReplayPlan['target']): string {
  switch (target.kind) {
    case 'compare':
      return 'Compared with the journal; nothing leaves the pipeline.';
    case 'shadow':
      return `Copied, sealed as it is, to the topic ${target.topic}.`;
    case 'export':
      return `Opened and exported as ${target.format}.`;
    case 'drive':
      return `Handed over to ${target.receiver} at ${String(target.speed)} times its speed.`;
    case 'case':
      return target.sealedTo === null
        ? 'Judged again and compared, as evidence of a case that is handed over opened.'
        : `Judged again and compared, as evidence of a case that is handed over sealed to whoever holds the key of ${target.sealedTo}.`;
  }
}

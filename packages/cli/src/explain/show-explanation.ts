import type { ExplainedRule } from '@weir/rules';
import { table } from '../terminal/table.ts';
import type { Explanation, VerdictExplanation } from './explanation.ts';
import { describeFeature, money, type FeatureContext } from './feature-words.ts';

/** An explanation for a person; `all` shows also the features that the score and the rules didn't look at. */
export function showExplanation(explanation: Explanation, all: boolean): string[] {
  const { partition, offset } = explanation.place;
  const at = `${String(partition)}/${String(offset)} in the log`;
  switch (explanation.kind) {
    case 'verdict':
      return showVerdict(explanation, all);
    case 'duplicate': {
      const first = `${String(explanation.first.partition)}/${String(explanation.first.offset)}`;
      return [
        `${at} repeats an earlier transaction: the same account, id and content. It got no second verdict.`,
        `The first one is ${first}: npx weir explain ${first}`,
      ];
    }
    case 'rejected':
      return [
        `${at} was rejected: ${explanation.code}. It got no verdict.`,
        `Its dead letter has its bytes and says which field it was: npx weir deadletters list --code ${explanation.code}`,
      ];
    case 'control':
      return [`${at} is a control record, which says what is in force; it is no transaction.`];
  }
}

function showVerdict(one: VerdictExplanation, all: boolean): string[] {
  return [
    headline(one),
    ...(one.recomputed.differences.length === 0
      ? []
      : [
          '',
          'THE JOURNAL SAYS OTHERWISE than what its features come to:',
          ...one.recomputed.differences.map((difference) => `  ${difference}`),
        ]),
    '',
    ...table(['', ''], facts(one)).slice(1),
    ...reasons(one),
    ...scoreParts(one),
    ...otherFeatures(one, all),
    ...rules(one),
    ...beside(one),
    '',
    checked(one),
    ...one.missing.map((sentence) => `! ${sentence}`),
  ];
}

const scoreText = (score: number): string => score.toFixed(6);

function headline({
  outcome,
  alert,
  score,
  holdAt,
  alertAt,
  ruleset,
  byCandidate,
}: VerdictExplanation): string {
  const what = outcome === 'held' ? 'Held' : alert ? 'Cleared, with an alert' : 'Cleared';
  const thresholds = [
    ...(holdAt === null ? [] : [`held from ${String(holdAt)} on`]),
    ...(alertAt === null ? [] : [`alerted from ${String(alertAt)} on`]),
  ];
  return `${what} by ${ruleset}${byCandidate ? ' (the candidate: its account is of the canary)' : ''}, score ${scoreText(score)}${thresholds.length === 0 ? '' : ` (${thresholds.join(', ')})`}.`;
}

function facts(one: VerdictExplanation): string[][] {
  const { versions, candidate, place } = one;
  const { ruleset, windowPlan, model, teamModel, lists } = versions;
  const inForce = [ruleset, windowPlan, model ?? 'no model yet', teamModel ?? [], lists ?? []].flat();
  return [
    ['in the log', `${String(place.partition)}/${String(place.offset)}`],
    ...(one.transaction === null ? [] : [['event id', one.transaction]]),
    ...(one.account === null ? [] : [['account', one.account]]),
    ...(one.eventTime === null ? [] : [['happened', one.eventTime]]),
    ...(one.amount === null
      ? []
      : [['amount', `${one.amount} ${one.creditDebitIndicator === 'CRDT' ? 'in' : 'out'}`]]),
    ['in force', inForce.join(', ')],
    ...(candidate === null
      ? []
      : [
          [
            'candidate',
            `${candidate.ruleset}, ${candidate.rollout.stage === 'canary' ? `canary of ${String(candidate.rollout.percent)} % of the accounts` : 'shadow'}`,
          ],
        ]),
    ...usual(one),
    ...(one.teamScore === null ? [] : [['your own model', String(one.teamScore)]]),
    ...outcomes(one),
  ];
}

function usual({ usualAmount, currency }: VerdictExplanation): string[][] {
  if (usualAmount === null || currency === null) return [];
  const { lowMinor, typicalMinor, highMinor, transactions, windowSpanMs } = usualAmount;
  const range = `${money(lowMinor, currency)} to ${money(highMinor, currency)}, typically ${money(typicalMinor, currency)}`;
  const days = Math.round(windowSpanMs / 86_400_000);
  return [['usual amounts', `${range} (${String(transactions)} transactions in ${String(days)} days)`]];
}

const outcomes = (one: VerdictExplanation): string[][] =>
  one.outcomes.length === 0
    ? [['turned out to be', 'nobody has said']]
    : one.outcomes.map(({ outcome, reportedAt, reportedBy }, index) => [
        index === 0 ? 'turned out to be' : '',
        `${outcome}, said ${reportedBy} at ${reportedAt}`,
      ]);

function reasons({ reasons: told }: VerdictExplanation): string[] {
  if (told.length === 0) return [];
  return [
    '',
    'Reasons',
    ...told.map(
      ({ reason, title, explanation }) =>
        `  ${title} (${reason})${explanation === null ? '' : `: ${explanation}`}`,
    ),
  ];
}

const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(6)}`;

/** The score as a sum, the largest part first. */
function scoreParts({ base, features, score }: VerdictExplanation): string[] {
  if (base === null) return [];
  const parts = features.filter(({ contribution }) => contribution !== null);
  return [
    '',
    ...table(
      ['adds', 'because of', 'which is', 'usual'],
      [
        [signed(base), 'base: nothing unusual', '', ''],
        ...parts.map(({ contribution, about, words, usual: usually }) => [
          signed(contribution ?? 0),
          about,
          words,
          usually,
        ]),
        [` ${scoreText(score)}`, 'score', '', ''],
      ],
      [0],
    ),
  ];
}

/** Features that a rule looked at that fired or nearly did, or all. */
function otherFeatures({ features, rules: of }: VerdictExplanation, all: boolean): string[] {
  const looked = new Set(
    of
      .filter(({ outcome, nearly }) => outcome === 'fired' || outcome === 'failed' || nearly)
      .flatMap(({ conditions }) => conditions.flatMap(({ values }) => values.map(({ name }) => name))),
  );
  const shown = features.filter(
    ({ feature, contribution }) =>
      contribution === null && (all || feature === 'amountMinor' || looked.has(feature)),
  );
  if (shown.length === 0) return [];
  const rows = shown.map(({ feature, about, words, usual: usually }) => [feature, about, words, usually]);
  return ['', ...table([all ? 'other features' : 'features of rules', 'about', 'value', 'usual'], rows)];
}

function rules(one: VerdictExplanation): string[] {
  const context = contextOf(one);
  const groups: readonly (readonly [title: string, rules: readonly ExplainedRule[]])[] = [
    ['Rules that fired', one.rules.filter(({ outcome, isShadow }) => outcome === 'fired' && !isShadow)],
    ['Rules that could not be evaluated', one.rules.filter(({ outcome }) => outcome === 'failed')],
    ['Rules that nearly fired', one.rules.filter(({ nearly }) => nearly)],
    [
      'Shadow rules that fired, and decided nothing',
      one.rules.filter(({ outcome, isShadow }) => outcome === 'fired' && isShadow),
    ],
  ];
  const quiet = one.rules.filter(({ outcome, nearly }) => outcome === 'quiet' && !nearly).length;
  const outside = one.rules.filter(({ outcome }) => outcome === 'outOfScope').length;
  return [
    ...groups.flatMap(([title, found]) =>
      found.length === 0 ? [] : ['', title, ...found.flatMap((rule) => showRule(rule, context))],
    ),
    ...(one.rules.length === 0 ? [] : ['', othersText(quiet, outside)]),
  ];
}

const othersText = (quiet: number, outside: number): string =>
  `Of its rules and lists ${String(quiet)} ${quiet === 1 ? 'more was' : 'more were'} asked and did not fire, ${String(outside)} ${outside === 1 ? 'looks' : 'look'} at other transactions.`;

const contextOf = ({ features, currency }: VerdictExplanation): FeatureContext => ({
  features: Object.fromEntries(features.map(({ feature, value }) => [feature, value])),
  currency: currency ?? '',
});

const acts = { score: 'scores', hold: 'holds', alert: 'alerts', clear: 'clears' } as const;

function showRule(
  { id, title, act, explanation, conditions }: ExplainedRule,
  context: FeatureContext,
): string[] {
  return [
    `  ${title} (${id}, ${acts[act]}): ${explanation}`,
    ...conditions.map(({ text, holds, values, margin }) => {
      const were = values.map(({ name, value }) => `${name} ${valueText(name, value, context)}`).join(', ');
      const by = margin === undefined || holds ? '' : `, ${(100 * Math.abs(margin)).toFixed(0)} % short`;
      return `    ${holds ? 'yes' : 'no '}  ${text}${were === '' ? '' : `  [${were}]`}${by}`;
    }),
  ];
}

const valueText = (name: string, value: number | string | boolean | null, context: FeatureContext): string =>
  typeof value === 'number' || (value === null && name in context.features)
    ? describeFeature(name, value, context).value
    : value === null
      ? 'not known'
      : String(value);

function beside(one: VerdictExplanation): string[] {
  const { alternative, candidate, byCandidate, versions, shadowRules } = one;
  const other = candidate === null ? undefined : byCandidate ? versions.ruleset : candidate.ruleset;
  const name = other ?? 'With its shadow rules live the ruleset';
  // Where the ruleset can still be read they stand among its rules.
  const shadows =
    shadowRules.length === 0 || one.rules.length > 0
      ? []
      : ['', `Shadow rules that fired: ${shadowRules.join(', ')}.`];
  if (alternative === null) {
    return [...shadows, ...(other === undefined ? [] : ['', `${other} would have said the same.`])];
  }
  const { outcome, alert = false, score, reasons: told } = alternative;
  const what = outcome === 'held' ? 'held it' : alert ? 'cleared it with an alert' : 'cleared it';
  const too = outcome === one.outcome && alert === one.alert ? ' too, for other reasons' : '';
  const why = told.length === 0 ? '' : `, ${told.join(', ')}`;
  return [...shadows, '', `${name} would have ${what}${too}: score ${scoreText(score)}${why}.`];
}

function checked({ recomputed, outcome }: VerdictExplanation): string {
  if (!recomputed.isWhole)
    return 'It could not be recomputed: the journal does not say all of it, or something it names is gone.';
  return recomputed.differences.length === 0
    ? `Recomputed from the journalled features: the same, ${outcome}.`
    : 'Recomputed from the journalled features: NOT the same. The runbook "verdict differs" says what to do.';
}

import { table } from '../../terminal/table.ts';
import type { RulesetStanding } from './read-rulesets.ts';

/** Rulesets with who published and approved them, and which of them decide. */
export const showRulesets = (rulesets: readonly RulesetStanding[]): string[] =>
  table(
    ['ruleset', 'published by', 'approved by', ''],
    rulesets.map((one) => [
      one.ruleset,
      one.publishedBy ?? 'Weir',
      one.approvedBy ?? (one.publishedBy === null ? 'needs none' : 'nobody'),
      stateInWords(one),
    ]),
  );

/** "canary, 5 % of accounts, since activation 4" */
function stateInWords({ state, percent, sequence }: RulesetStanding): string {
  const share = percent === null ? '' : `, ${percent} % of accounts`;
  if (sequence !== null) return `${state}${share}, since activation ${sequence}`;
  return state === 'in force' ? 'in force since the log was opened' : state;
}

/** What a script is told, without the document. */
export const rulesetAsJson = ({ document: _, ...about }: RulesetStanding) => about;

/** Comments that stand above a ruleset that is shown, so that the whole is a document again. */
export const headingOf = (one: RulesetStanding): string[] => [
  `# ${one.ruleset}: ${stateInWords(one)}`,
  `# published by ${one.publishedBy ?? 'Weir'}, approved by ${one.approvedBy ?? 'nobody'}`,
  `# digest ${one.digest}`,
];

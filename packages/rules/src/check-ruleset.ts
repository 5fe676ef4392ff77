import { conditionsTerm } from './expression/conditions-term.ts';
import { nameHint } from './expression/name-hint.ts';
import { didYouMean } from './expression/nearest-name.ts';
import {
  createExpressionReader,
  type ExpressionReader,
  type Names,
  type ReadExpression,
} from './expression/read-expression.ts';
import type { Term } from './expression/term.ts';
import { placeholdersOf } from './explain-rule.ts';
import { actOf, type Rule, type Ruleset } from './ruleset.ts';

/**
 * What is wrong with a ruleset, and where: `path` reads like "rules.2.when.0.feature". Within an expression
 * `at` says from which of its characters on, counted from 0.
 */
export type RulesetProblem = { readonly path: string; readonly message: string; readonly at?: number };

/** The terms of the rules, in their order; undefined of a rule with problems. */
export type CheckedTerms = {
  readonly problems: readonly RulesetProblem[];
  readonly terms: readonly (Term | undefined)[];
};

/** Holds a document of the right shape against the features there are, and against itself. */
export function checkRuleset(ruleset: Ruleset, knownFeatures: readonly string[]): CheckedTerms {
  const names: Names = {
    features: knownFeatures,
    constants: ruleset.constants ?? {},
    definitions: ruleset.definitions ?? {},
    lists: (ruleset.lists ?? []).map(({ id }) => id),
  };
  const reader = createExpressionReader(names);
  const definitions = Object.keys(names.definitions).flatMap((name) =>
    problemsAt(`definitions.${name}`, reader.definition(name)),
  );
  const rules = ruleset.rules.map((rule, index) => checkRule(rule, index, ruleset, reader, names));
  return {
    problems: [
      ...namesTwice(names),
      ...listProblems(ruleset, knownFeatures),
      ...definitions,
      ...rules.flatMap(({ problems }) => problems),
    ],
    terms: rules.map(({ term }) => term),
  };
}

const problemsAt = (path: string, { problems }: ReadExpression): readonly RulesetProblem[] =>
  problems.map((problem) => ({ path, ...problem }));

/** A name that stands for two things of the document would mean one of them by accident. */
function namesTwice({ constants, definitions, lists }: Names): readonly RulesetProblem[] {
  const taken = new Map<string, string>();
  const problems: RulesetProblem[] = [];
  const take = (name: string, path: string, what: string): void => {
    const by = taken.get(name);
    if (by === undefined) taken.set(name, what);
    else problems.push({ path, message: `"${name}" is the name of ${by} already` });
  };
  for (const name of Object.keys(constants)) take(name, `constants.${name}`, 'a constant');
  lists.forEach((id, index) => {
    take(id, `lists.${String(index)}.id`, 'a list');
  });
  for (const name of Object.keys(definitions)) take(name, `definitions.${name}`, 'a definition');
  return problems;
}

const listProblems = ({ lists = [] }: Ruleset, knownFeatures: readonly string[]): readonly RulesetProblem[] =>
  lists.flatMap(({ explanation }, index) =>
    placeholderProblems(`lists.${String(index)}.explanation`, explanation, knownFeatures),
  );

function checkRule(
  rule: Rule,
  index: number,
  ruleset: Ruleset,
  reader: ExpressionReader,
  { features, lists }: Names,
): { readonly term: Term | undefined; readonly problems: readonly RulesetProblem[] } {
  const at = `rules.${String(index)}`;
  const repeated = ruleset.rules.findIndex((other) => other.id === rule.id) < index;
  const { term, problems } = readWhen(rule, at, reader, features);
  return {
    term,
    problems: [
      ...(repeated ? [{ path: `${at}.id`, message: `"${rule.id}" is the id of an earlier rule` }] : []),
      ...(lists.includes(rule.id) ? [{ path: `${at}.id`, message: `"${rule.id}" is the id of a list` }] : []),
      ...scoringProblems(rule, at, ruleset),
      ...problems,
      ...groupProblems(rule, at, ruleset),
      ...placeholderProblems(`${at}.explanation`, rule.explanation, features),
    ],
  };
}

function readWhen(
  { when }: Rule,
  at: string,
  reader: ExpressionReader,
  features: readonly string[],
): { readonly term: Term | undefined; readonly problems: readonly RulesetProblem[] } {
  if (typeof when === 'string') {
    const read = reader.rule(when);
    return { term: read.term, problems: problemsAt(`${at}.when`, read) };
  }
  const problems = when.flatMap(({ feature }, position) =>
    features.includes(feature)
      ? []
      : [{ path: `${at}.when.${String(position)}.feature`, message: noFeature(feature, features) }],
  );
  return { term: problems.length === 0 ? conditionsTerm(when) : undefined, problems };
}

const noFeature = (name: string, features: readonly string[]): string =>
  `no feature "${name}"${nameHint(name, features)}`;

function scoringProblems(rule: Rule, at: string, ruleset: Ruleset): readonly RulesetProblem[] {
  if (actOf(rule, ruleset) !== 'score') return [];
  if (ruleset.scoring === 'model')
    return [{ path: `${at}.then`, message: 'the score comes from the model: a rule holds or alerts' }];
  return rule.weight === undefined
    ? [{ path: `${at}.weight`, message: 'a rule that scores needs a weight' }]
    : [];
}

function groupProblems({ scope }: Rule, at: string, { lists = [] }: Ruleset): readonly RulesetProblem[] {
  const accounts = lists.filter((list) => list.of === 'account').map(({ id }) => id);
  return (['accountGroups', 'exceptAccountGroups'] as const).flatMap((field) =>
    (scope?.[field] ?? []).flatMap((id, position) =>
      accounts.includes(id)
        ? []
        : [
            {
              path: `${at}.scope.${field}.${String(position)}`,
              message: `no list of accounts "${id}"${didYouMean(id, accounts)}`,
            },
          ],
    ),
  );
}

const placeholderProblems = (
  path: string,
  explanation: string,
  features: readonly string[],
): readonly RulesetProblem[] =>
  placeholdersOf(explanation)
    .filter((name) => !features.includes(name))
    .slice(0, 1)
    .map((name) => ({
      path,
      message: `a placeholder that is no feature: "${name}"${nameHint(name, features)}`,
    }));

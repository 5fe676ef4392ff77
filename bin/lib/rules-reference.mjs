import { artefactBodies, readRuleset } from '../../packages/rules/src/index.ts';
import * as schemas from '../../packages/rules/src/ruleset.ts';
import { featureNames } from '../../packages/scoring/src/index.ts';
import { markdownTable } from './markdown-table.mjs';
import * as words from './rules-words.mjs';

/** Fields of a schema with what they say. Throws where there are fields without words, or words without a field. */
function fieldTable({ shape }, said) {
  const [fields, told] = [Object.keys(shape), Object.keys(said)];
  const missing = [
    ...fields.filter((name) => !told.includes(name)),
    ...told.filter((name) => !fields.includes(name)),
  ];
  if (missing.length > 0) throw new TypeError(`bin/lib/rules-words.mjs doesn't fit: ${missing.join(', ')}`);
  return markdownTable(
    ['Field', 'What it says'],
    fields.map((name) => [`\`${name}\`${shape[name].isOptional() ? '' : ' (needed)'}`, said[name]]),
  );
}

/** Throws where the code would refuse an example. */
function languageTable() {
  const { constants, definitions, lists } = words.languageNames;
  const told = { title: 'Example', severity: 'low', explanation: 'Example.' };
  const read = readRuleset(
    {
      ...{ ref: 'examples@1', scoring: 'model', holdAt: 1, constants, definitions },
      lists: lists.map((id) => ({ ...told, id, list: id, of: 'account', then: 'nothing' })),
      rules: words.languageParts
        .flatMap(([, examples]) => examples)
        .map((when, index) => ({ ...told, id: `example_${index}`, when })),
    },
    featureNames,
  );
  if (!read.ok) throw new TypeError(`an example is refused: ${JSON.stringify(read.problems)}`);
  return markdownTable(
    ['What', 'Examples'],
    words.languageParts.map(([what, examples]) => [
      what,
      examples.map((example) => `\`${example}\``).join(', '),
    ]),
  );
}

const conditionWords = (condition) => {
  if ('atLeast' in condition) return `${condition.feature} >= ${condition.atLeast}`;
  if ('atMost' in condition) return `${condition.feature} <= ${condition.atMost}`;
  return `${condition.feature} == ${condition.equals}`;
};

const whenWords = ({ when }) =>
  `\`${typeof when === 'string' ? when : when.map(conditionWords).join(' && ')}\``;

function actWords({ then, mode, weight, scope }, { scoring }) {
  const act = then ?? (scoring === 'model' ? 'hold' : 'score');
  const does = act === 'score' ? `scores ${weight}` : `${act}s`;
  const only = scope?.creditDebitIndicator === undefined ? '' : `, ${scope.creditDebitIndicator} only`;
  return `${mode === 'shadow' ? `shadow (${does} where live)` : does}${only}`;
}

function shippedRuleset(ruleset) {
  const { ref, title, scoring = 'rules', holdAt, definitions = {}, constants = {}, rules } = ruleset;
  const names = [
    ...Object.entries(constants).map(([name, value]) => `\`${name}\` = ${value}`),
    ...Object.entries(definitions).map(([name, value]) => `\`${name}\` = \`${value}\``),
  ];
  return [
    `### ${ref}`,
    `${title === undefined ? '' : `${title}. `}The score comes from ${scoring === 'model' ? 'the model' : 'the weights of its rules'}; held from ${holdAt} on.`,
    markdownTable(
      ['Rule', 'About', 'Fires where', 'What it does', 'Source'],
      rules.map((rule) => [
        `\`${rule.id}\``,
        rule.typology ?? rule.title,
        whenWords(rule),
        actWords(rule, ruleset),
        rule.source ?? '',
      ]),
    ),
    ...(names.length === 0 ? [] : [`Where ${names.join(', ')}.`]),
  ];
}

/** docs/reference/rules.md, from the schema of rulesets and the ones that come with the program. */
export function rulesPage() {
  const rulesets = artefactBodies.filter(({ kind }) => kind === 'ruleset').map(({ body }) => body);
  return [
    '# Rules',
    'A ruleset is one document, YAML or JSON, that says what is held, why, and what shows that it is right. This page is generated from the code; why it is so stands in [ADR 27](../adr/0027-rulesets-are-documents.md), what rules can look at in [features](features.md).',
    '```sh\nnpx weir rules init payments.yaml     # begin with the rules that come with Weir\nnpx weir rules check payments.yaml    # what is wrong with it, by line\nnpx weir rules test payments.yaml     # run the tests in it\nnpx weir rules diff starter@3 payments.yaml\n```',
    '## The document',
    'At most 512 KiB of UTF-8. Anchors, aliases, tags and names given twice are refused, and so is a field that is not listed here.',
    fieldTable(schemas.ruleset, words.rulesetWords),
    '### A rule',
    fieldTable(schemas.rule, words.ruleWords),
    '### Its scope',
    fieldTable(schemas.scope, words.scopeWords),
    '### Its schedule',
    fieldTable(schemas.schedule, words.scheduleWords),
    '### A list',
    fieldTable(schemas.listUse, words.listWords),
    '### A test',
    'Tests run through the windows, features and decisions of production, without anything learned from outcomes. A ruleset whose tests fail is not published.',
    fieldTable(schemas.rulesetTest, words.testWords),
    '### A transaction of a test',
    fieldTable(schemas.testTransaction, words.transactionWords),
    '## The language of expressions',
    'A part of [CEL](https://cel.dev), the Common Expression Language. `when` has to come to true or false; a definition may also come to a number or a text.',
    languageTable(),
    'A feature without a value meets no comparison but `!=`: `!(x >= 3)` and `x != 3` are true of it, `x < 3` is not, and `x >= 3 ? a : b` comes to b. Where that matters ask for it: `!known(x) || x >= 3` fires on what nobody knows too. What is computed from it has no value either, and neither has a division by zero. A feature that is missing altogether or is not finite fails the rule, and the transaction is held as `rule_failed`: what nobody could check is never cleared.',
    'There is nothing that loops, waits or reaches outside: no functions but `known`, no macros, no parts of things, no patterns, no dates. An expression has at most 1,000 characters and, with its definitions in their places, 200 parts, which bounds how long it can run.',
    '## Rules that come with Weir',
    'The document of the newest of them, with comments and tests, is [starter.yaml](../../packages/rulebook/defaults/starter.yaml). Older ones stay, for logs may name them.',
    ...rulesets.toReversed().flatMap(shippedRuleset),
  ];
}

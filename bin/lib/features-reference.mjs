import { artefactBodies } from '../../packages/rules/src/index.ts';
import { featureCatalogue } from '../../packages/scoring/src/index.ts';
import { defaultWindowPlan } from '../../packages/windows/src/index.ts';
import { markdownTable } from './markdown-table.mjs';

const origins = {
  account: {
    title: "From the account's own past",
    words: 'Follow from the log alone: the same transactions give the same values on every machine.',
  },
  peers: {
    title: "From the account's own past and what peers do",
    words:
      'What peers do stands in the model in force, and counts the less the longer the history is. Without a model they are computed without peers.',
  },
  outcomes: {
    title: 'From outcomes',
    words:
      'What was reported of earlier transactions, as the model in force has it. Without a model they have no value or are 0.',
  },
};

function nameOf({ name, spans }) {
  if (spans === undefined) return `\`${name}\``;
  return spans === 'every' ? `\`${name}_s\`` : `\`${name}_s\`, s < L`;
}

function table(entries) {
  return markdownTable(
    ['Feature', 'What it is', 'Unit', 'Has no value where', 'Source'],
    entries.map((entry) => [
      nameOf(entry),
      entry.definition,
      entry.unit,
      entry.nullWhen === 'never' ? '' : entry.nullWhen,
      entry.source ?? '',
    ]),
  );
}

const spansOf = ({ spans }) => spans.map(({ name }) => `\`${name}\``).join(', ');

/** Names of features and definitions in a rule's expression or conditions. */
const namesIn = (text) => new Set(text.match(/[A-Za-z][A-Za-z0-9_]*/g));

/** Features that the rules which come with the program look at, each with the rules of the newest ruleset. */
function usesTable() {
  const { ref, rules, definitions = {} } = artefactBodies.findLast(({ kind }) => kind === 'ruleset').body;
  const uses = rules.map(({ id, when }) => {
    const names = namesIn(JSON.stringify(when));
    for (const name of names) for (const other of namesIn(definitions[name] ?? '')) names.add(other);
    return { id, names };
  });
  const named = featureCatalogue.flatMap((entry) => {
    const isIt = (name) =>
      name === entry.name || (entry.spans !== undefined && name.startsWith(`${entry.name}_`));
    const by = uses.filter(({ names }) => [...names].some(isIt)).map(({ id }) => `\`${id}\``);
    return by.length === 0 ? [] : [[nameOf(entry), by.join(', ')]];
  });
  return [ref, markdownTable(['Feature', 'Rules'], named)];
}

/** docs/reference/features.md, from the catalogue of features. */
export function featuresPage() {
  const [ref, uses] = usesTable();
  return [
    '# Features',
    'What is computed of every transaction from what its account did before, and what [rules](rules.md) and the score rest on. The journal keeps all of them. This page is generated from the code.',
    `Windows reach back from the time of the transaction, over the account's transactions in the same currency and direction unless said otherwise. L is the longest span of the window plan, s the span that a name ends in: under \`${defaultWindowPlan.ref}\` there are ${spansOf(defaultWindowPlan)}, so \`count_s\` is \`count_1m\` and so on. Names that end in \`_24h\` by themselves look back 24 hours under every plan, or L where that is shorter. Values are finite and rounded to 10^-6. A nat is a surprise of 1/e: an event of probability p surprises by −ln p nats. Bounded values grow ever more slowly beyond what is rare already.`,
    ...Object.entries(origins).flatMap(([from, { title, words }]) => [
      `## ${title}`,
      words,
      table(featureCatalogue.filter((entry) => entry.from === from)),
    ]),
    '## Who looks at them',
    `The score looks at most of them. The rules of \`${ref}\` look at these:`,
    uses,
  ];
}

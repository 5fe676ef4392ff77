import { digestOf } from '@weir/artefacts';
import { createPseudonymizer } from '@weir/envelope';
import { artefactBodies } from '@weir/rules';
import type { Rule, Ruleset } from '@weir/rules';
import { listOf } from '../../services/detection/src/fixtures/list-artefacts.ts';
import type { PublishedTestList } from '../../services/detection/src/fixtures/list-artefacts.ts';
import { pseudonymOf } from '../../services/ingest/src/identify.ts';
import { indexKey, indexKeyVersion } from './ingest-worker.ts';

/** A ruleset that leaves its mark on each verdict of its own: a rule that fires from an amount on. */
export type MarkedRuleset = {
  readonly ruleset: Ruleset;
  /** The id of the marking rule, and the least amount it fires at. */
  readonly mark: string;
  readonly fromMinor: number;
  /** The id of a rule that looks on, and the least amount it fires at. */
  readonly shadow?: { readonly rule: string; readonly fromMinor: number };
  /** The id of the list it asks for, by the name of the list. */
  readonly watches?: { readonly id: string; readonly list: string };
};

const rule = (id: string, fromMinor: number, changed: Partial<Rule>): Rule => ({
  ...{ id, title: 'Marked', severity: 'low', when: `amountMinor >= ${fromMinor}` },
  explanation: 'It moves {amountMinor}.',
  ...changed,
});

const watchedName = 'watched-shops';

/** In minor units: what most payments of the bank's file are above, what some are, and what few are. */
const [someMinor, largeMinor] = [2_500, 900_000];

/** Rulesets that are published, of which any may come into force, beside the one that decides or in its place. */
export const markedRulesets: readonly MarkedRuleset[] = [
  {
    ...{ mark: 'marked_by_one', fromMinor: 0 },
    ruleset: {
      ...{ ref: 'marked@1', scoring: 'rules', holdAt: 0.9 },
      rules: [
        rule('marked_by_one', 0, { then: 'score', weight: 0.001 }),
        rule('sizeable', someMinor, { then: 'alert' }),
        rule('large', largeMinor, { then: 'hold' }),
      ],
    },
  },
  {
    ...{ mark: 'marked_by_two', fromMinor: 0 },
    shadow: { rule: 'looks_on', fromMinor: someMinor },
    watches: { id: 'watched', list: watchedName },
    ruleset: {
      ...{ ref: 'marked@2', scoring: 'rules', holdAt: 0.9 },
      lists: [
        {
          ...{ id: 'watched', list: watchedName, of: 'counterparty', title: 'Watched', severity: 'high' },
          ...{ then: 'alert', explanation: 'It is on a list.' },
        },
      ],
      rules: [
        rule('marked_by_two', 0, { then: 'score', weight: 0.002 }),
        rule('looks_on', someMinor, { then: 'hold', mode: 'shadow' }),
      ],
    },
  },
  {
    ...{ mark: 'marked_by_model', fromMinor: largeMinor },
    ruleset: {
      ...{ ref: 'marked-model@1', scoring: 'model', holdAt: 0.5 },
      rules: [rule('marked_by_model', largeMinor, { then: 'hold' })],
    },
  },
];

/** The digest of any ruleset that a simulated log may name. */
export function rulesetDigest(ref: string): string {
  const published = markedRulesets.find(({ ruleset }) => ruleset.ref === ref)?.ruleset;
  const body = published ?? artefactBodies.find((one) => one.ref === ref)?.body;
  if (body === undefined) throw new Error(`the simulation has no ruleset ${ref}`);
  return digestOf(body);
}

const pseudonymize = createPseudonymizer({ indexKey, version: indexKeyVersion });

/** As ingest names the shops of the bank's file. */
const shopPseudonym = (shop: number): string =>
  pseudonymOf(pseudonymize, 'counterparty', 'demo', `other::shop-${shop}`);

/** A version of a list: whom it holds, and how it is published and named. */
export type MarkedList = PublishedTestList & {
  readonly name: string;
  readonly pseudonyms: readonly string[];
};

/** The versions of two lists, each of one part, one behind the other on their topic; nobody looks at the second one. */
export const markedLists: readonly MarkedList[] = [
  { name: watchedName, version: 1, shops: [0] },
  { name: 'unused', version: 1, shops: [0, 1, 2, 3] },
  { name: watchedName, version: 2, shops: [1, 2] },
  { name: watchedName, version: 3, shops: [] },
].map(({ name, version, shops }, offset) => {
  const pseudonyms = shops.map(shopPseudonym);
  return { name, pseudonyms, ...listOf(`${name}@${version}`, pseudonyms, { offset }) };
});

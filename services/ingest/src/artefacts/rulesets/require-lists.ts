import { inForce, type PublishedArtefacts } from '@weir/artefacts';
import type { Activation } from '@weir/contracts';
import { readAbout, type ListsReader } from '@weir/lists';
import type { Ruleset } from '@weir/rules';
import { listWords } from '../../lists/list-words.ts';
import { RulesetRefused } from './ruleset-refused.ts';

type ListUse = NonNullable<Ruleset['lists']>[number];

/** A list that a ruleset asks, and the version of it in force. */
export type AskedList = { readonly use: ListUse; readonly activation: Activation };

/** The lists that a ruleset asks. Throws RulesetRefused `ruleset_unfit` where no version of one is in force. */
export function askedLists(
  { ref, lists: uses = [] }: Ruleset,
  said: PublishedArtefacts,
  logId: string,
): readonly AskedList[] {
  const { lists } = inForce(said, logId);
  return uses.map((use) => {
    const activation = lists.get(use.list);
    if (activation !== undefined) return { use, activation };
    throw new RulesetRefused(
      'ruleset_unfit',
      `${ref} asks the list ${use.list}, of which no version is in force; bring one into force first ("weir lists import")`,
    );
  });
}

/**
 * Makes sure that each list holds what the ruleset asks it for: a list of accounts knows no counterparty, and
 * every transaction would be held. What a list is of never changes from version to version. Throws
 * RulesetRefused `ruleset_unfit`.
 */
export async function requireWhatListsHold(asked: readonly AskedList[], reader: ListsReader): Promise<void> {
  for (const { use, activation } of asked) {
    const { artefact: ref, digest, location } = activation;
    const about = location === undefined ? undefined : await readAbout(reader, { ref, digest, location });
    if (about?.of === use.of) continue;
    throw new RulesetRefused(
      'ruleset_unfit',
      about === undefined
        ? `The list ${ref} can't be read: import it again ("weir lists import")`
        : `The list ${ref} holds ${listWords[about.of]} and is asked about ${listWords[use.of]} (lists: ${use.id}); say "of: ${about.of}", or import one with ${listWords[use.of]} under another name`,
    );
  }
}

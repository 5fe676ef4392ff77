import { activationsOf, inForce, type PublishedArtefacts } from '@weir/artefacts';
import { resolveRuleset } from '@weir/rules';
import { activate, type Activatable, type Activated, type ActivationPorts } from '../activate.ts';
import { activatableOf, requireFitting } from './activate-ruleset.ts';
import { findRulesetAmong } from './find-ruleset.ts';
import { nobodyPublished, RulesetRefused } from './ruleset-refused.ts';

export type RulesetRollback = {
  readonly logId: string;
  /** Which ruleset is to be left, so that saying it twice goes back once. Absent: the candidate, or the one in force. */
  readonly leave?: string | undefined;
  /** The ruleset the log was opened with, where its first record is no longer there. */
  readonly openedWith: string;
};

/**
 * Ends the candidate where there is one; else brings back the ruleset that was in force before. Without
 * `leave`, saying it again goes one further back. Undefined where the ruleset to be left isn't there any more.
 *
 * Throws RulesetRefused `ruleset_unknown` where nobody has published the one to be left, `nothing_before`
 * where no other was in force before, `ruleset_unfit` where it can't decide by what is in force now, and what
 * `activate` throws.
 */
export function rollBackRuleset(
  { logId, leave, openedWith }: RulesetRollback,
  ports: ActivationPorts,
): Promise<Activated | undefined> {
  // What was to be left first is meant: beginning again after an interruption must not go back twice.
  let left = leave;
  return activate(
    {
      logId,
      choose: (said, opened) => {
        const { base, candidate } = decidingIn(said, logId, opened ?? openedWith);
        left ??= candidate ?? base;
        return choose({ said, logId, leave: left, opened: opened ?? openedWith });
      },
    },
    ports,
  );
}

type Standing = {
  readonly said: PublishedArtefacts;
  readonly logId: string;
  readonly leave: string;
  readonly opened: string;
};

function decidingIn(said: PublishedArtefacts, logId: string, opened: string) {
  const { ruleset, candidate } = inForce(said, logId);
  return { base: ruleset?.artefact ?? opened, candidate: candidate?.artefact };
}

function choose({ said, logId, leave, opened }: Standing): Activatable | undefined {
  const { base, candidate } = decidingIn(said, logId, opened);
  if (leave === candidate) return target(base, said, logId);
  if (leave !== base) {
    // A misspelt name must not pass for one that decides nothing any more.
    if (!isNamed(leave, said)) throw nobodyPublished(leave);
    return unfinished(said, logId);
  }
  return target(before(base, said, logId, opened), said, logId);
}

/** What took the place of the ruleset that was to be left, where that may have been interrupted. */
function unfinished(said: PublishedArtefacts, logId: string): Activatable | undefined {
  const last = activationsOf(said, logId).at(-1);
  return last?.artefactKind === 'ruleset' ? last : undefined;
}

/** The one before the first time that the one in force came: so that going back twice doesn't come round. */
function before(base: string, said: PublishedArtefacts, logId: string, opened: string): string {
  const came = activationsOf(said, logId).filter(
    (one) => one.artefactKind === 'ruleset' && one.rollout === undefined,
  );
  const row = [opened, ...came.map(({ artefact }) => artefact)];
  const found = row[row.indexOf(base) - 1];
  if (found === undefined)
    throw new RulesetRefused('nothing_before', `No ruleset was in force before ${base}`);
  return found;
}

function target(ref: string, said: PublishedArtefacts, logId: string): Activatable {
  const digest = activationsOf(said, logId).findLast(
    (one) => one.artefactKind === 'ruleset' && one.artefact === ref,
  )?.digest;
  const found = findRulesetAmong(ref, said, digest);
  if (found === undefined) throw nobodyPublished(ref);
  requireFitting(found, said, logId);
  return activatableOf(ref, found);
}

const isNamed = (ref: string, { artefacts }: PublishedArtefacts): boolean =>
  resolveRuleset(ref) !== undefined ||
  artefacts.some(({ kind, artefact }) => kind === 'ruleset' && artefact === ref);

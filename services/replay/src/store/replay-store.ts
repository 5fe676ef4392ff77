import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseInstant } from '@weir/contracts';
import { planHash, replayEstimate, replayPlan } from '@weir/replays';
import type { ReplayEstimate, ReplayPlan } from '@weir/replays';
import type { z } from 'zod';
import { isOver, lifecycle } from './lifecycle.ts';
import type { Lifecycle } from './lifecycle.ts';
import { atTheDisk, bytesOf, makePrivateFolder, replaceFile, syncFolder } from './private-files.ts';
import type { ReplaySeals } from './seals.ts';
import { approval, isWarranted, writeWarrant } from './warrant.ts';
import type { Approval } from './warrant.ts';

/** A replay as it is kept. */
export type KeptReplay = {
  readonly plan: ReplayPlan;
  readonly estimate: ReplayEstimate;
  readonly approval: Approval | null;
  readonly lifecycle: Lifecycle;
};

export type ReplayStore = {
  /** The newest first. */
  readonly list: () => readonly KeptReplay[];
  readonly find: (replayId: string) => KeptReplay | undefined;
  /** Keeps a new plan, whole or not at all, with the document of the ruleset it asks for. Throws what the KMS throws. */
  readonly add: (replay: KeptReplay, ruleset: string | undefined) => Promise<void>;
  /** Keeps where a replay stands now. Throws what the KMS throws where somebody approved it or had it run. */
  readonly save: (
    replayId: string,
    change: { readonly lifecycle: Lifecycle; readonly approval?: Approval },
  ) => Promise<void>;
  /**
   * The plan as it lies on the disk now; undefined where it is not the one that was planned, or where whoever is said
   * to have approved it or to have had it run is not who did. Throws what the KMS throws.
   */
  readonly planOnDisk: (replayId: string) => Promise<ReplayPlan | undefined>;
  /** The document of the ruleset that was planned with, where there is one. */
  readonly rulesetOf: (replayId: string) => Promise<string | undefined>;
  readonly folderOf: (replayId: string) => string;
  readonly remove: (replayId: string) => Promise<void>;
  /**
   * Removes what has ended, or was never run, before that time, and answers how many. First `leave`, with each: one
   * of which it answers false stays for now.
   */
  readonly forgetBefore: (
    timeMs: number,
    leave?: (replay: KeptReplay) => Promise<boolean>,
  ) => Promise<number>;
};

/** So many replays are kept at most. */
export const mostReplays = 1_000;

const files = {
  plan: 'plan.json',
  estimate: 'estimate.json',
  approval: 'approval.json',
  state: 'state.json',
  warrant: 'warrant.sealed',
  ruleset: 'ruleset.yaml',
} as const;

/** A folder under construction, or on its way out. */
const isDraft = (name: string): boolean => name.startsWith('.');
const isReplayId = (name: string): boolean => replayPlan.shape.replayId.safeParse(name).success;

/**
 * Opens the folder of replays, of one process alone. What a process that died left half made is removed; a replay
 * that can't be read is left where it is, and told to `onUnreadable`. Throws WeirError store_unavailable.
 */
export async function openReplayStore(
  folder: string,
  seals: ReplaySeals,
  onUnreadable: (replayId: string) => void,
): Promise<ReplayStore> {
  await makePrivateFolder(folder);
  const kept = await readAll(folder, onUnreadable);
  const folderOf = (replayId: string): string => join(folder, replayId);
  const remove = async (replayId: string): Promise<void> => {
    await removeFolder(folder, replayId);
    kept.delete(replayId);
  };

  return {
    folderOf,
    list: () => [...kept.values()].toSorted((a, b) => (a.plan.plannedAt < b.plan.plannedAt ? 1 : -1)),
    find: (replayId) => kept.get(replayId),
    async add(replay, ruleset) {
      const { replayId } = replay.plan;
      const draft = join(folder, `.${replayId}`);
      await makePrivateFolder(draft);
      await replaceFile(join(draft, files.plan), JSON.stringify(replay.plan));
      await replaceFile(join(draft, files.estimate), JSON.stringify(replay.estimate));
      await replaceFile(join(draft, files.state), JSON.stringify(replay.lifecycle));
      await writeWarrant(seals, join(draft, files.warrant), replayId, replay);
      if (ruleset !== undefined) await replaceFile(join(draft, files.ruleset), ruleset);
      await atTheDisk(async () => {
        await rename(draft, folderOf(replayId));
        await syncFolder(folder);
      });
      kept.set(replayId, replay);
    },
    async save(replayId, { lifecycle: moved, approval: approved }) {
      const before = kept.get(replayId);
      if (before === undefined) throw new Error('only a replay that is kept can change');
      const next = { ...before, lifecycle: moved, approval: approved ?? before.approval };
      // An approval without its state is said again; a state without its approval would be nobody's.
      if (approved !== undefined || moved.run?.entry !== before.lifecycle.run?.entry)
        await writeWarrant(seals, join(folderOf(replayId), files.warrant), replayId, next);
      if (approved !== undefined)
        await replaceFile(join(folderOf(replayId), files.approval), JSON.stringify(approved));
      await replaceFile(join(folderOf(replayId), files.state), JSON.stringify(moved));
      kept.set(replayId, next);
    },
    async planOnDisk(replayId) {
      const before = kept.get(replayId);
      const plan = await readAs(replayPlan, join(folderOf(replayId), files.plan));
      if (plan === undefined || planHash(plan) !== before?.lifecycle.planHash) return undefined;
      const path = join(folderOf(replayId), files.warrant);
      return (await isWarranted(seals, path, replayId, before)) ? plan : undefined;
    },
    rulesetOf: (replayId) => textOf(join(folderOf(replayId), files.ruleset)),
    remove,
    async forgetBefore(timeMs, leave) {
      const old = [...kept.values()].filter((one) => isForgettable(one, timeMs));
      let count = 0;
      for (const one of old) {
        if ((await leave?.(one)) === false) continue;
        await remove(one.plan.replayId);
        count += 1;
      }
      return count;
    },
  };
}

/** What runs or is paused belongs to somebody, however long it takes. */
function isForgettable({ lifecycle: { state, changedAt }, lifecycle }: KeptReplay, timeMs: number): boolean {
  if (!isOver(lifecycle) && state !== 'planned' && state !== 'approved') return false;
  const changed = parseInstant(changedAt);
  return changed.ok && changed.epochMs < timeMs;
}

/** First it is no replay any more, then it goes: a crash in between leaves none that is half there. */
const removeFolder = (folder: string, replayId: string): Promise<void> =>
  atTheDisk(async () => {
    const leaving = join(folder, `.${replayId}.gone`);
    await rename(join(folder, replayId), leaving);
    await rm(leaving, { recursive: true, force: true });
  });

async function readAll(
  folder: string,
  onUnreadable: (replayId: string) => void,
): Promise<Map<string, KeptReplay>> {
  const kept = new Map<string, KeptReplay>();
  for (const name of await atTheDisk(() => readdir(folder))) {
    if (isDraft(name)) await atTheDisk(() => rm(join(folder, name), { recursive: true, force: true }));
    else if (isReplayId(name)) {
      const replay = await readOne(join(folder, name));
      if (replay?.plan.replayId === name) kept.set(name, replay);
      else onUnreadable(name);
    }
  }
  return kept;
}

async function readOne(folder: string): Promise<KeptReplay | undefined> {
  const [plan, estimate, state, approved] = await Promise.all([
    readAs(replayPlan, join(folder, files.plan)),
    readAs(replayEstimate, join(folder, files.estimate)),
    readAs(lifecycle, join(folder, files.state)),
    readAs(approval, join(folder, files.approval)),
  ]);
  if (plan === undefined || estimate === undefined || state === undefined) return undefined;
  // Nothing runs that nobody had run.
  if (state.run === null && (state.state === 'running' || state.state === 'paused')) return undefined;
  return { plan, estimate, lifecycle: state, approval: approved ?? null };
}

async function readAs<Shape extends z.ZodType>(
  shape: Shape,
  path: string,
): Promise<z.output<Shape> | undefined> {
  const text = await textOf(path);
  if (text === undefined) return undefined;
  try {
    return shape.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Undefined where there is no such file. */
const textOf = async (path: string): Promise<string | undefined> => (await bytesOf(path))?.toString('utf8');

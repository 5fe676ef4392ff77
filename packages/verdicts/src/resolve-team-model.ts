import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, findArtefact, unusable } from '@weir/artefacts';
import type { ArtefactsReader } from '@weir/artefacts';
import { teamModelBytes } from '@weir/contracts';
import type { OnnxDescriptor, TeamModelDescriptor, Versions } from '@weir/contracts';
import { featureNamesOf } from '@weir/scoring';
import { openTeamModel, readDescriptor } from '@weir/team-model';
import type { TeamModel } from '@weir/team-model';
import type { WindowPlan } from '@weir/windows';
import type { ResolveRuleset } from './resolve-ruleset.ts';

/** A team's own models, as the log brings them into force. */
export type TeamModels = {
  /**
   * The model of the versions, ready to be asked; undefined where they name none. A
   * digest is that of its descriptor, where the log has just named it. Once it has
   * answered, the same question costs nothing.
   *
   * Throws WeirError `artefact_unknown` where the log names what can't be asked here:
   * a verdict without it would be another one than the log asks for.
   */
  readonly resolve: (versions: Versions, plan: WindowPlan, digest?: string) => Promise<TeamModel | undefined>;
  /** Ends the processes they run in. */
  readonly close: () => Promise<void>;
};

/**
 * So many are kept, each with a process: the partitions of a worker come to a
 * control record one after the other.
 */
const keptModels = 2;

type Opened = {
  /** Of its descriptor. */
  readonly digest: string;
  readonly model: TeamModel | undefined;
};

export type TeamModelSources = {
  readonly artefacts: ArtefactsReader;
  readonly resolveRuleset: ResolveRuleset;
  /** Where the files of models lie, each named after its SHA-256: `<sha256>.onnx`. */
  readonly folder: string | undefined;
};

export function createTeamModels(sources: TeamModelSources): TeamModels {
  const kept = new Map<string, Promise<Opened>>();
  const forget = async (key: string): Promise<void> => {
    const former = kept.get(key);
    kept.delete(key);
    const opened = await former?.catch(() => undefined);
    await opened?.model?.close();
  };
  return {
    resolve: async (versions, plan, digest) => {
      const { teamModel: ref, ruleset } = versions;
      if (ref === undefined) return undefined;
      const key = JSON.stringify([ref, plan.ref, ruleset]);
      const opening = kept.get(key) ?? open(sources, { ref, ruleset, plan, digest });
      // Put behind the others: the one that nobody asked for the longest goes first.
      kept.delete(key);
      kept.set(key, opening);
      for (const [oldest] of kept) if (kept.size > keptModels) await forget(oldest);
      const opened = await opening.catch((error: unknown) => {
        if (kept.get(key) === opening) kept.delete(key);
        throw error;
      });
      if (digest !== undefined && digest !== opened.digest)
        throw unusableModel(ref, 'the log asks for other content than was published');
      return opened.model;
    },
    close: async () => {
      await Promise.all(Array.from(kept.keys(), forget));
    },
  };
}

type Wanted = {
  readonly ref: string;
  readonly ruleset: string;
  readonly plan: WindowPlan;
  readonly digest: string | undefined;
};

async function open(sources: TeamModelSources, wanted: Wanted): Promise<Opened> {
  const { descriptor, digest } = await readPublished(sources.artefacts, wanted);
  if (descriptor.kind === 'none') return { digest, model: undefined };
  const { scoring } = await sources.resolveRuleset(wanted.ruleset, wanted.plan);
  if (scoring !== 'model')
    throw unusableModel(wanted.ref, `ruleset ${wanted.ruleset} decides by its rules alone`);
  const bytes = await readModelFile(sources.folder, descriptor);
  return { digest, model: await openTeamModel({ descriptor, bytes }) };
}

async function readPublished(
  reader: ArtefactsReader,
  { ref, plan, digest }: Wanted,
): Promise<{ readonly descriptor: TeamModelDescriptor; readonly digest: string }> {
  const published = await findArtefact(reader, { kind: 'team_model', ref, digest });
  const read = readDescriptor(published.body, featureNamesOf(plan));
  if (!read.ok) throw unusableModel(ref, `${read.problems[0].path}: ${read.problems[0].message}`);
  const { descriptor } = read;
  if (descriptor.ref !== ref || digestOf(descriptor) !== published.digest)
    throw unusableModel(ref, 'its content is not what its name and digest say');
  return { descriptor, digest: published.digest };
}

async function readModelFile(folder: string | undefined, { ref, sha256 }: OnnxDescriptor): Promise<Buffer> {
  if (folder === undefined) throw unusableModel(ref, 'TEAM_MODEL_DIR does not say where its file lies');
  const file = join(folder, `${sha256}.onnx`);
  try {
    const { size } = await stat(file);
    if (size <= teamModelBytes) return await readFile(file);
  } catch (cause) {
    throw unusableModel(ref, `TEAM_MODEL_DIR has no ${sha256}.onnx that can be read`, cause);
  }
  throw unusableModel(ref, `its file is larger than ${teamModelBytes} bytes`);
}

const unusableModel = (ref: string, why: string, cause?: unknown) =>
  unusable({ kind: 'team_model', ref }, why, cause);

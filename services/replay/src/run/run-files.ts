import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { offset, WeirError } from '@weir/contracts';
import { headerLine, replayDifference } from '@weir/replays';
import type { ReplayDifference, ReplayPlan } from '@weir/replays';
import { z } from 'zod';
import { replayCheckpoint } from '../engine/checkpoint.ts';
import { replayedTopics } from '../engine/replay-parts.ts';
import type { KeepReplayStep } from '../engine/replay-parts.ts';
import type { ListedPlace } from '../drive/listed-places.ts';
import { readExport } from '../export/export-target.ts';
import { bytesOf, growFile, replaceFile } from '../store/private-files.ts';
import type { GrowingFile } from '../store/private-files.ts';
import type { ReplaySeals, SealedPart } from '../store/seals.ts';

/** How far a run is kept: the engine's checkpoint, and how long the growing files are with it. */
const keptCheckpoint = z.strictObject({
  format: z.literal(1),
  checkpoint: replayCheckpoint,
  manifestBytes: offset,
  differencesBytes: offset,
  differences: offset.describe('How many stand in their file'),
});
export type KeptCheckpoint = z.infer<typeof keptCheckpoint>;

const names = {
  checkpoint: 'checkpoint.sealed',
  differences: 'differences.sealed',
  manifest: 'manifest.ndjson',
  report: 'report.json.sealed',
} as const;

export const manifestPath = (folder: string): string => join(folder, names.manifest);

/** What a replay finds, in its folder: what holds pseudonyms or amounts sealed, hashes in clear. */
export type RunFiles = {
  /** Where to go on; undefined at the beginning. Throws WeirError store_other for one that can't be opened. */
  readonly lastKept: () => Promise<KeptCheckpoint | undefined>;
  /** Goes on behind what was kept last. */
  readonly open: (from: KeptCheckpoint | undefined) => Promise<OpenRun>;
  /** Each difference there is, in the order of the log. */
  readonly differences: (kept: KeptCheckpoint) => AsyncGenerator<ReplayDifference>;
  /** Ends the manifest behind what was kept last; saying it again replaces what was said. */
  readonly endManifest: (kept: KeptCheckpoint, line: string) => Promise<void>;
  /** The place of each record that the manifest names, as far as it was kept. */
  readonly listed: () => AsyncGenerator<ListedPlace>;
  readonly writeReport: (text: string) => Promise<void>;
  readonly readReport: () => Promise<string | undefined>;
  /** What was exported, opened piece by piece. */
  readonly readExport: () => Promise<AsyncGenerator<Buffer>>;
};

export type OpenRun = { readonly keep: KeepReplayStep; readonly close: () => Promise<void> };

export function createRunFiles(options: {
  readonly folder: string;
  readonly plan: ReplayPlan;
  readonly seals: ReplaySeals;
}): RunFiles {
  const { folder, plan, seals } = options;
  const { replayId } = plan;
  const at = (name: keyof typeof names): string => join(folder, names[name]);

  async function sealTo(name: keyof typeof names, part: SealedPart, text: string): Promise<void> {
    const [sealed] = await seals.seal([{ part, replayId, index: 0, plaintext: Buffer.from(text) }]);
    if (sealed === undefined) throw new Error('the sealer answered for fewer pieces than it was given');
    await replaceFile(at(name), sealed);
  }

  async function openFrom(name: keyof typeof names, part: SealedPart): Promise<string | undefined> {
    const sealed = await bytesOf(at(name));
    if (sealed === undefined) return undefined;
    const [text] = await seals.open([{ part, replayId, index: 0, sealed }]);
    if (text === undefined) throw damaged();
    return text.toString('utf8');
  }

  const lastKept: RunFiles['lastKept'] = async () => {
    const text = await openFrom('checkpoint', 'checkpoint');
    return text === undefined ? undefined : keptCheckpoint.parse(JSON.parse(text));
  };

  return {
    lastKept,
    async open(from) {
      const manifest = await growFile(at('manifest'), from?.manifestBytes ?? 0);
      const differences = await growFile(at('differences'), from?.differencesBytes ?? 0);
      if (from === undefined) await manifest.append(`${headerLine(plan, replayedTopics(plan))}\n`);
      let count = from?.differences ?? 0;
      return {
        async keep({ manifestLines, differences: found, checkpoint }) {
          if (manifestLines.length > 0) await manifest.append(`${manifestLines.join('\n')}\n`);
          await appendSealed(differences, found, count);
          count += found.length;
          const kept: KeptCheckpoint = {
            format: 1,
            checkpoint,
            manifestBytes: await manifest.sync(),
            differencesBytes: await differences.sync(),
            differences: count,
          };
          await sealTo('checkpoint', 'checkpoint', JSON.stringify(kept));
        },
        async close() {
          await manifest.close();
          await differences.close();
        },
      };
    },
    differences: (kept) => readDifferences(at('differences'), kept),
    async endManifest({ manifestBytes }, line) {
      const manifest = await growFile(at('manifest'), manifestBytes);
      try {
        await manifest.append(`${line}\n`);
        await manifest.sync();
      } finally {
        await manifest.close();
      }
    },
    async *listed() {
      const manifestBytes = (await lastKept())?.manifestBytes ?? 0;
      if (manifestBytes > 0) yield* readPlaces(at('manifest'), manifestBytes);
    },
    writeReport: (text) => sealTo('report', 'report', text),
    readReport: () => openFrom('report', 'report'),
    async readExport() {
      const kept = await lastKept();
      return readExport({ folder, replayId, seals }, kept?.checkpoint.target ?? undefined);
    },
  };

  async function appendSealed(
    file: GrowingFile,
    found: readonly ReplayDifference[],
    firstIndex: number,
  ): Promise<void> {
    if (found.length === 0) return;
    const sealed = await seals.seal(
      found.map((difference, at) => ({
        part: 'difference',
        replayId,
        index: firstIndex + at,
        plaintext: Buffer.from(JSON.stringify(difference)),
      })),
    );
    await file.append(`${sealed.map((bytes) => bytes.toString('base64')).join('\n')}\n`);
  }

  async function* readDifferences(path: string, kept: KeptCheckpoint): AsyncGenerator<ReplayDifference> {
    if (kept.differences === 0) return;
    const stream = createReadStream(path, { end: kept.differencesBytes - 1 });
    let waiting: { index: number; sealed: Buffer }[] = [];
    let index = 0;
    for await (const line of createInterface({ input: stream })) {
      waiting.push({ index, sealed: Buffer.from(line, 'base64') });
      index += 1;
      if (waiting.length < openedAtOnce) continue;
      yield* await openAll(waiting);
      waiting = [];
    }
    yield* await openAll(waiting);
    if (index !== kept.differences) throw damaged();
  }

  async function openAll(
    pieces: readonly { readonly index: number; readonly sealed: Buffer }[],
  ): Promise<readonly ReplayDifference[]> {
    const opened = await seals.open(
      pieces.map(({ index, sealed }) => ({ part: 'difference', replayId, index, sealed })),
    );
    return opened.map((text) => {
      if (text === undefined) throw damaged();
      return replayDifference.parse(JSON.parse(text.toString('utf8')));
    });
  }
}

/** The records that so many bytes of a manifest name, behind its header. */
async function* readPlaces(path: string, bytes: number): AsyncGenerator<ListedPlace> {
  const stream = createReadStream(path, { end: bytes - 1 });
  let isHeader = true;
  for await (const line of createInterface({ input: stream })) {
    if (!isHeader) {
      const [, partition, offset] = manifestPlace.parse(JSON.parse(line));
      yield { partition, offset };
    }
    isHeader = false;
  }
}

const manifestPlace = z.tuple([z.number(), z.number(), z.number()], z.unknown());

/** Some kilobytes each. */
const openedAtOnce = 500;

const damaged = (): WeirError =>
  new WeirError('store_other', 'REPLAY_DIR: what a replay has found was altered since: run it anew');

import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { kmsAccessOf } from '@weir/connections';
import { streams } from '@weir/contracts';
import { createAwsSigner } from '@weir/kms';
import { nodeMain } from '@weir/local';
import { createManifestWriter } from '@weir/replays';
import type { ManifestLeaf } from '@weir/replays';
import { checkKmsFields, kmsFields, loadConfig } from '@weir/runtime';
import { makeTempFolder } from '@weir/testkit';
import { z } from 'zod';
import type { BenchContext } from '../bench-context.ts';
import { loadAverage, median, round } from '../process-usage.ts';
import type { DeterminismFigures } from './determinism.ts';
import type { ReplayService } from './replay-service.ts';

const run = promisify(execFile);
const linesTogether = 10_000;

export type ManifestFigures = {
  readonly records: number;
  readonly megabytes: number;
  /** `weir replay verify`, the start of the program included. */
  readonly verifySeconds: number;
  readonly verifications: readonly number[];
  /** Its lines made and written again, with their tree and without anything else that a replay does. */
  readonly writeSeconds: number;
  readonly writings: readonly number[];
  readonly loadAverage: number;
};

/** Takes the manifest of a replay as an auditor would, verifies it with the public key, and writes its like. */
export async function measureManifest(
  { settings, stack, say }: BenchContext,
  service: ReplayService,
  replayed: Pick<DeterminismFigures, 'replayId' | 'root'>,
): Promise<ManifestFigures> {
  const { repeats } = settings.replays;
  const folder = makeTempFolder('bench-manifest');
  const [file, keyFile] = [join(folder, 'manifest.ndjson'), join(folder, 'key.pem')];
  const { body } = await service.download(replayed.replayId, 'manifest');
  if (body === null) throw new Error('there is no manifest');
  await pipeline(Readable.fromWeb(body), createWriteStream(file, { mode: 0o600 }));
  writeFileSync(keyFile, await publicKeyPem(stack.roleEnvironment('ops')));
  const load = loadAverage();

  const verifications: number[] = [];
  const found = { records: 0 };
  for (let turn = 0; turn < repeats; turn += 1) {
    const beganAtMs = performance.now();
    const verify = [...nodeMain('packages/cli/src/main.ts'), 'replay', 'verify', file];
    const { stdout } = await run(process.execPath, [...verify, '--key', keyFile, '--json']);
    verifications.push(secondsSince(beganAtMs));
    const { root, records } = verified.parse(JSON.parse(stdout));
    if (root !== replayed.root) throw new Error('the manifest has another root than the replay');
    found.records = records;
  }
  const leaves = await leavesOf(file);
  const writings: number[] = [];
  for (let turn = 0; turn < repeats; turn += 1) {
    const beganAtMs = performance.now();
    const root = await writeAgain(leaves, join(folder, 'again.ndjson'));
    writings.push(secondsSince(beganAtMs));
    if (root !== replayed.root) throw new Error('the manifest that was written again has another root');
  }
  const [verifySeconds, writeSeconds] = [median(verifications), median(writings)];
  say(
    `(i) a manifest of ${found.records} records: verified in ${verifySeconds} s, written in ${writeSeconds} s`,
  );
  return {
    ...{ ...found, megabytes: round(statSync(file).size / 1_048_576, 1) },
    ...{ verifySeconds, verifications, writeSeconds, writings, loadAverage: load },
  };
}

const verified = z.object({ ok: z.literal(true), records: z.number(), root: z.string() });

const secondsSince = (beganAtMs: number): number => round((performance.now() - beganAtMs) / 1_000, 2);

async function publicKeyPem(env: Readonly<Record<string, string>>): Promise<string> {
  const shape = z.object({ ...kmsFields, REPLAY_SIGNING_KEY: z.string() }).check(checkKmsFields);
  const config = loadConfig(shape, env, { secrets: [] });
  const signer = createAwsSigner({ access: kmsAccessOf(config), keyId: config.REPLAY_SIGNING_KEY });
  try {
    return await signer.publicKeyPem();
  } finally {
    signer.close();
  }
}

const { topic } = streams.received;
const line = z.tuple([z.literal(0), z.number(), z.number(), z.number(), z.string()]);

async function leavesOf(file: string): Promise<ManifestLeaf[]> {
  const leaves: ManifestLeaf[] = [];
  for await (const text of createInterface({ input: createReadStream(file) })) {
    if (!text.startsWith('[')) continue;
    const [, partition, offset, timestampMs, sha256] = line.parse(JSON.parse(text));
    leaves.push({ topic, partition, offset, timestampMs, sha256: Buffer.from(sha256, 'base64url') });
  }
  return leaves;
}

/** Answers the root, in hex. */
async function writeAgain(leaves: readonly ManifestLeaf[], file: string): Promise<string> {
  const writer = createManifestWriter([topic]);
  function* lines(): Generator<string> {
    for (let from = 0; from < leaves.length; from += linesTogether)
      yield leaves
        .slice(from, from + linesTogether)
        .map((leaf) => `${writer.add(leaf)}\n`)
        .join('');
  }
  await pipeline(Readable.from(lines()), createWriteStream(file));
  return writer.root();
}

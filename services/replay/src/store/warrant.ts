import { isDeepStrictEqual } from 'node:util';
import { instant, sha256Hex } from '@weir/contracts';
import { z } from 'zod';
import type { Lifecycle } from './lifecycle.ts';
import { lifecycle } from './lifecycle.ts';
import { bytesOf, replaceFile } from './private-files.ts';
import type { ReplaySeals } from './seals.ts';

export const approval = z.strictObject({ hash: sha256Hex, by: z.string().min(1).max(256), at: instant });
export type Approval = z.infer<typeof approval>;

/**
 * By what a replay may run: which plan was made, who approved it and who had it run. It is kept sealed beside the
 * files that say the same in clear, since whoever may write those could say it in other people's names.
 */
const warrant = z.strictObject({
  format: z.literal(1),
  planHash: sha256Hex,
  approval: approval.nullable(),
  run: lifecycle.shape.run,
});

/** What has to be warranted of a replay. */
type Claimed = {
  readonly approval: Approval | null;
  readonly lifecycle: Pick<Lifecycle, 'planHash' | 'run'>;
};

/** Seals what people have said of a replay by now, in place of what they had said before. Throws what the KMS throws. */
export async function writeWarrant(
  seals: ReplaySeals,
  path: string,
  replayId: string,
  { approval: approved, lifecycle: { planHash, run } }: Claimed,
): Promise<void> {
  const text = JSON.stringify({ format: 1, planHash, approval: approved, run } satisfies z.input<
    typeof warrant
  >);
  const [sealed] = await seals.seal([{ part: 'warrant', replayId, index: 0, plaintext: Buffer.from(text) }]);
  if (sealed === undefined) throw new Error('the sealer answered for fewer pieces than it was given');
  await replaceFile(path, sealed);
}

/**
 * Whether what is claimed of a replay was said here: its plan was made, and whoever is named approved it and had it
 * run. Where the warrant says more than is claimed, a crash came in between, and it is said again. Throws what the
 * KMS throws.
 */
export async function isWarranted(
  seals: ReplaySeals,
  path: string,
  replayId: string,
  { approval: approved, lifecycle: { planHash, run } }: Claimed,
): Promise<boolean> {
  const sealed = await bytesOf(path);
  if (sealed === undefined) return false;
  const [text] = await seals.open([{ part: 'warrant', replayId, index: 0, sealed }]);
  if (text === undefined) return false;
  const said = warrant.parse(JSON.parse(text.toString('utf8')));
  return (
    said.planHash === planHash &&
    (approved === null || isDeepStrictEqual(said.approval, approved)) &&
    (run === null || isDeepStrictEqual(said.run, run))
  );
}

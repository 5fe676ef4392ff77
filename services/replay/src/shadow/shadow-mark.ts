import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { WeirError } from '@weir/contracts';
import { z } from 'zod';
import { atTheDisk, bytesOf, replaceFile, syncFolder } from '../store/private-files.ts';

const name = 'shadow.json';

const shadowMark = z.strictObject({
  format: z.literal(1),
  /** `making` before it is asked for: whether the topic is this replay's has then to be seen by what it holds. */
  state: z.enum(['making', 'made']),
});
type ShadowState = z.infer<typeof shadowMark>['state'];

/** That a topic is a replay's own, in its folder: without it nothing is ever removed. */
export type ShadowMark = {
  /** Throws WeirError store_other for one that was altered. */
  readonly read: () => Promise<ShadowState | undefined>;
  readonly write: (state: ShadowState) => Promise<void>;
  readonly remove: () => Promise<void>;
};

export function createShadowMark(folder: string): ShadowMark {
  const path = join(folder, name);
  return {
    async read() {
      const bytes = await bytesOf(path);
      if (bytes === undefined) return undefined;
      const mark = shadowMark.safeParse(jsonOf(bytes.toString('utf8')));
      if (mark.success) return mark.data.state;
      throw new WeirError('store_other', `REPLAY_DIR: ${name} of a replay was altered`);
    },
    write: (state) => replaceFile(path, JSON.stringify({ format: 1, state })),
    remove: () =>
      atTheDisk(async () => {
        await rm(path, { force: true });
        await syncFolder(folder);
      }),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { rejectionCodes, type Rejection } from '@weir/contracts';
import { z } from 'zod';

/** The first lines told of each kind of rejection: enough to find them, few enough to read. */
const maxFirstLines = 5;

/** Codes times paths of one contract are far fewer; the bound holds should that ever change. */
const maxKinds = 500;

export const rejectionKind = z.strictObject({
  code: z.enum(rejectionCodes),
  path: z.string(),
  count: z.int().min(1),
  firstLines: z.array(z.int().min(1)).max(maxFirstLines).readonly(),
});

/** How often one thing was wrong at one place, and where first. Never a value. */
export type RejectionKind = Readonly<z.infer<typeof rejectionKind>>;

/** Counts what was wrong with the records of an input. A record with several faults counts under each. */
export function createRejectionTally(before: readonly RejectionKind[]): {
  /** Lines are told in ascending order. */
  add(rejections: readonly Rejection[], line: number): void;
  /** The most frequent first. */
  kinds(): readonly RejectionKind[];
} {
  const kinds = new Map(before.map((kind) => [keyOf(kind), kind]));
  return {
    add(rejections, line) {
      for (const { code, path } of rejections) {
        const key = keyOf({ code, path });
        const { count, firstLines } = kinds.get(key) ?? { count: 0, firstLines: [] };
        if (count === 0 && kinds.size >= maxKinds) continue;
        const lines = firstLines.length < maxFirstLines ? [...firstLines, line] : firstLines;
        kinds.set(key, { code, path, count: count + 1, firstLines: lines });
      }
    },
    kinds: () => [...kinds.values()].toSorted((a, b) => b.count - a.count),
  };
}

const keyOf = ({ code, path }: Rejection): string => `${code} ${path}`;

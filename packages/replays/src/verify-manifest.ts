import { verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createMerkleTree } from '@weir/audit';
import type { ManifestFinding, ManifestFindingCode } from './manifest-findings.ts';
import { comesBehind, leafLine } from './manifest-writer.ts';
import type { RecordPlace } from './manifest-writer.ts';
import { manifestEnd, manifestHeader, manifestLeafHash, manifestSignedText } from './manifest.ts';
import type { ManifestEnd, ManifestHeader, ManifestLeaf } from './manifest.ts';
import { planHash } from './plan.ts';
import { splitLines } from './split-lines.ts';

/** So many findings are kept; of a file that was torn apart nobody reads more. */
const mostFindings = 100;

/** What a manifest says, and what is wrong with it. Without any finding it is what was signed. */
export type VerifiedManifest = {
  readonly findings: readonly ManifestFinding[];
  /** How many more there were. */
  readonly furtherFindings: number;
  /** Absent where they could not be read. */
  readonly header?: ManifestHeader;
  readonly end?: ManifestEnd;
  /** The records that were there, and the root they lead to, in hex. */
  readonly records: number;
  readonly root: string;
};

/**
 * Verifies a manifest without anything else than the public keys that may have signed it (P-256, as readPublicKeys
 * of @weir/audit reads them). Memory does not grow with the file. Every byte counts: whatever was changed, dropped,
 * swapped or added is a finding. Never throws for what the file holds.
 */
export async function verifyManifest(
  file: AsyncIterable<Uint8Array>,
  keys: readonly KeyObject[],
): Promise<VerifiedManifest> {
  const check = createManifestCheck(keys);
  for await (const lines of splitLines(file)) {
    for (const line of lines) check.line(line);
    if (check.isHopeless()) break;
  }
  return check.end();
}

function createManifestCheck(keys: readonly KeyObject[]) {
  const findings: ManifestFinding[] = [];
  let [found, lineNumber] = [0, 0];
  let header: ManifestHeader | undefined;
  let end: ManifestEnd | undefined;
  let takeRecord: ((text: string) => ManifestFindingCode | undefined) | undefined;
  const tree = createMerkleTree();

  const find = (code: ManifestFindingCode, line = lineNumber): void => {
    found += 1;
    if (findings.length < mostFindings) findings.push({ code, line });
  };

  const begin = (text: string | undefined): void => {
    header = canonical(manifestHeader, text);
    if (header === undefined) return find('header_malformed');
    if (planHash(header.plan) !== header.planHash) find('plan_altered');
    takeRecord = recordCheck(header, (leaf) => tree.append(manifestLeafHash(leaf)));
  };

  const isHopeless = (): boolean => lineNumber > 0 && header === undefined;

  return {
    isHopeless,
    /** The next line; undefined for one that is too long or no UTF-8. */
    line(line: { readonly text: string | undefined; readonly isFinished: boolean }) {
      if (isHopeless()) return;
      const { text } = line;
      lineNumber += 1;
      if (!line.isFinished) find('line_unfinished');
      if (lineNumber === 1) return begin(text);
      if (end !== undefined) return find('line_after_end');
      if (text?.startsWith('[') === true) {
        const code = takeRecord?.(text);
        if (code !== undefined) find(code);
        return;
      }
      end = canonical(manifestEnd, text);
      if (end === undefined) return find('line_unreadable');
      if (header !== undefined) for (const code of contradictions(header, end, tree, keys)) find(code);
    },
    end(): VerifiedManifest {
      if (lineNumber === 0) find('header_malformed', 1);
      else if (header !== undefined && end === undefined) find('end_missing', lineNumber + 1);
      return {
        findings,
        furtherFindings: found - findings.length,
        ...(header === undefined ? {} : { header }),
        ...(end === undefined ? {} : { end }),
        records: tree.size(),
        root: tree.root().toString('hex'),
      };
    },
  };
}

/** What a line holds, or undefined where it is not exactly what the schema would write. */
function canonical<T>(
  schema: { readonly safeParse: (value: unknown) => { success: boolean; data?: T | undefined } },
  text: string | undefined,
): T | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { success, data } = schema.safeParse(value);
  return success && JSON.stringify(data) === text ? data : undefined;
}

const recordShape = /^\[(\d{1,16}),(\d{1,16}),(\d{1,16}),(-?\d{1,16}),"([A-Za-z0-9_-]{43})"\]$/;

/** Holds the lines of records against the header, one after the other. What can be read is taken, also out of order. */
function recordCheck(header: ManifestHeader, take: (leaf: ManifestLeaf) => void) {
  const stretches = new Map(header.plan.stretches.map((stretch) => [stretch.partition, stretch]));
  let last: RecordPlace | undefined;
  return (text: string): ManifestFindingCode | undefined => {
    const shape = recordShape.exec(text);
    if (shape === null) return 'line_unreadable';
    const place = [Number(shape[1]), Number(shape[2]), Number(shape[3])] as const;
    const topic = header.topics[place[0]];
    if (topic === undefined) return 'record_outside_plan';
    const sha256 = Buffer.from(shape[5] ?? '', 'base64url');
    const leaf = { topic, partition: place[1], offset: place[2], timestampMs: Number(shape[4]), sha256 };
    // Numbers and digests can be written in more than one way; one of them was signed.
    if (leafLine(place, leaf) !== text) return 'line_unreadable';
    take(leaf);
    const isBehind = last === undefined || comesBehind(place, last);
    last = place;
    if (!isBehind) return 'record_out_of_order';
    const stretch = stretches.get(leaf.partition);
    const isPlanned = stretch !== undefined && stretch.from <= leaf.offset && leaf.offset < stretch.to;
    return isPlanned ? undefined : 'record_outside_plan';
  };
}

function* contradictions(
  header: ManifestHeader,
  { signature, ...claimed }: ManifestEnd,
  tree: { readonly size: () => number; readonly root: () => Buffer },
  keys: readonly KeyObject[],
): Generator<ManifestFindingCode, void> {
  if (claimed.plannedBy !== header.plan.plannedBy) yield 'planner_contradicted';
  if (claimed.records !== tree.size()) yield 'count_wrong';
  if (claimed.root !== tree.root().toString('hex')) yield 'root_wrong';
  const text = manifestSignedText(header, claimed);
  const der = Buffer.from(signature, 'base64');
  if (!keys.some((key) => verify('sha256', text, key, der))) yield 'signature_wrong';
}

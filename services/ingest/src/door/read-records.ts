import { maxOfferedBytes } from '@weir/contracts';
import { sha256HexOf } from '../identify.ts';
import { frameLines } from '../source/frame-lines.ts';
import { recordOfLine, type SourceRecord } from '../source/source-format.ts';

/**
 * Cuts the body of a request into records: one of application/json, a line each
 * of NDJSON. Undefined where there are more than `maxRecords`.
 */
export async function readRecords(
  body: Buffer,
  isBatch: boolean,
  maxRecords: number,
): Promise<readonly SourceRecord[] | undefined> {
  if (!isBatch) return [singleRecord(body)];
  const records: SourceRecord[] = [];
  for await (const lines of frameLines(chunksOf(body), maxOfferedBytes)) {
    for (const line of lines) if (line.bytes.length > 0) records.push(recordOfLine(line));
    if (records.length > maxRecords) return undefined;
  }
  return records;
}

/** Small enough that a body of line feeds alone doesn't become a million lines at once. */
const chunkBytes = 65_536;

async function* chunksOf(body: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += chunkBytes) yield body.subarray(at, at + chunkBytes);
}

function singleRecord(body: Buffer): SourceRecord {
  const oversized =
    body.length > maxOfferedBytes ? { totalBytes: body.length, sha256: sha256HexOf(body) } : null;
  return { line: 1, endLine: 1, bytes: body.subarray(0, maxOfferedBytes), oversized };
}

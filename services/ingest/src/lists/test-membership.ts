import { inForce, readArtefacts } from '@weir/artefacts';
import { formatInstant, WeirError, type ListOf } from '@weir/contracts';
import { prefixBytes, readListAt, type ListsReader } from '@weir/lists';
import { frameLines } from '../source/frame-lines.ts';
import { SourceError } from '../source/source-error.ts';
import { createEntryReader, type EntryOptions } from './entry-of.ts';

export type Membership = {
  /** The version that was asked. */
  readonly artefact: string;
  readonly state: 'on_list' | 'expired' | 'not_on_list';
  /** Null for an entry that never expires, and where there is none. */
  readonly expiresAt: string | null;
};

/** An account has 64 characters at most. */
const maxLineBytes = 256;

/**
 * Whether the account on the first line of the input is on the list that is in force. Throws WeirError
 * `config_invalid` where no such list is, and SourceError where the line is no account; neither says which.
 */
export async function testMembership(options: {
  readonly name: string;
  readonly logId: string;
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly reader: ListsReader;
  readonly entryOf: (of: ListOf) => EntryOptions;
  readonly nowMs: number;
}): Promise<Membership> {
  const { name, reader, nowMs } = options;
  const account = await firstLine(options.chunks);
  const now = inForce(await readArtefacts(reader), options.logId).lists.get(name);
  if (now?.location === undefined) throw new WeirError('config_invalid', `no list ${name} is in force`);
  const { artefact, digest, location } = now;
  const list = await readListAt(reader, { ref: artefact, digest, location });
  const read = createEntryReader(options.entryOf(list.of))({ account });
  if (!read.ok) throw new SourceError(65, `the input is no account (${read.code})`);
  const hmac = Buffer.from(read.pseudonym.slice(read.pseudonym.indexOf('_') + 1), 'base64url');
  const expiresAtMs = list.expiresAtMs(hmac.toString('hex', 0, prefixBytes));
  if (expiresAtMs === undefined) return { artefact, state: 'not_on_list', expiresAt: null };
  const expiresAt = expiresAtMs === Infinity ? null : formatInstant(expiresAtMs);
  return { artefact, state: nowMs < expiresAtMs ? 'on_list' : 'expired', expiresAt };
}

async function firstLine(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  for await (const lines of frameLines(chunks, maxLineBytes)) {
    const text = lines[0]?.bytes.toString('utf8').trim();
    if (text !== undefined && text !== '') return text;
  }
  throw new SourceError(65, 'the input holds no account');
}

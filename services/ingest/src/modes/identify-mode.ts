import type { Readable } from 'node:stream';
import { account, canonicalAccount, identifier, rejectionsOf } from '@weir/contracts';
import { createPseudonymizer } from '@weir/envelope';
import { z } from 'zod';
import { readIndexKey } from '../feed-settings.ts';
import { pseudonymOf, transactionIdentity } from '../identify.ts';
import { frameLines } from '../source/frame-lines.ts';
import { openSource } from '../source/open-source.ts';
import { SourceError } from '../source/source-error.ts';
import type { ModeParts } from './parts.ts';

/** How a sender names an account, or a transaction of it, as in an offered one. */
const ownName = z.strictObject({ account, transactionId: identifier(64).optional() });

/** An account and an id have a hundred characters together, and JSON some around them. */
const maxLineBytes = 4_096;

/**
 * Tells the process that started it the pseudonym of the account that stands, as JSON, on the first line of the
 * input, and of a transaction where its id stands beside it. Neither of them nor the answer lands in a log. Throws
 * SourceError where the line names neither; it says which field is wrong, not what it says.
 */
export async function runIdentify(parts: ModeParts, { stdin }: { readonly stdin: Readable }): Promise<void> {
  const { config, stopping, reporter } = parts;
  const { chunks } = await openSource('-', stdin, stopping.signal);
  const named = ownName.safeParse(await firstJson(chunks), { reportInput: true });
  if (!named.success) {
    const [{ code, path } = { code: 'field_format', path: '' }] = rejectionsOf(named.error);
    throw new SourceError(65, `the input names no account or transaction (${path}: ${code})`);
  }
  const { indexKey, indexKeyVersion: version } = readIndexKey(config);
  const pseudonymize = createPseudonymizer({ indexKey, version, maxRemembered: 0 });
  const { account: own, transactionId } = named.data;
  const tenant = config.TENANT ?? '';
  const called = (purpose: 'account' | 'transaction', value: string): string =>
    pseudonymOf(pseudonymize, purpose, tenant, value);
  await reporter.identified({
    kind: 'identified',
    account: called('account', canonicalAccount(own)),
    ...(transactionId === undefined
      ? {}
      : { transaction: called('transaction', transactionIdentity(own, transactionId)) }),
  });
}

async function firstJson(chunks: AsyncIterable<Uint8Array>): Promise<unknown> {
  for await (const lines of frameLines(chunks, maxLineBytes)) {
    const text = lines[0]?.bytes.toString('utf8');
    if (text === undefined) continue;
    try {
      return JSON.parse(text);
    } catch {
      throw new SourceError(65, 'the input is no JSON');
    }
  }
  throw new SourceError(65, 'the input is empty');
}

import { Readable } from 'node:stream';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { runIngest } from '../ingest/run-ingest.ts';

/** A transaction as its sender names it. The account is an IBAN or JSON as in an offered transaction; "-" reads it from standard input. */
export type OwnName = {
  readonly tenant: string;
  readonly account: string;
  readonly transactionId: string;
};

/**
 * Has ingest make the pseudonym of a transaction: it alone holds the key for that. What names the transaction
 * goes to it by a pipe, so that neither its environment nor any log has it. Throws CommandError for an
 * account that is none.
 */
export async function identify(
  { tenant, account, transactionId }: OwnName,
  { home, signal, stdin }: { readonly home: string; readonly signal: AbortSignal; readonly stdin: Readable },
): Promise<string> {
  const named = { account: accountOf(account === '-' ? await textOf(stdin) : account), transactionId };
  let transaction: string | undefined;
  await runIngest({
    home,
    env: { MODE: 'identify', TENANT: tenant },
    input: Readable.from([`${JSON.stringify(named)}\n`]),
    onIdentified: (said) => {
      transaction = said.transaction;
    },
    signal,
  });
  if (transaction !== undefined) return transaction;
  throw new CommandError(exitCodes.tryAgain, 'Nobody said what it is called; try again');
}

/** What isn't JSON is an IBAN; ingest says whether it is one. */
function accountOf(text: string): unknown {
  const given = text.trim();
  if (!given.startsWith('{')) return { iban: given };
  try {
    return JSON.parse(given);
  } catch {
    throw new CommandError(
      exitCodes.usage,
      '--account: neither an IBAN nor JSON such as {"other":{"id":"..."}}',
    );
  }
}

/** An account as JSON is shorter than this. */
const mostBytes = 4_096;

async function textOf(stdin: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk as Uint8Array));
    bytes += (chunk as Uint8Array).length;
    if (bytes > mostBytes) throw new CommandError(exitCodes.usage, '--account: too long for an account');
  }
  return Buffer.concat(chunks).toString('utf8');
}

import { Readable } from 'node:stream';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { runIngest } from '../ingest/run-ingest.ts';

/** An account as its sender names it: an IBAN, or JSON as in an offered transaction; "-" reads it from standard input. */
export type OwnAccount = { readonly tenant: string; readonly account: string };

/** A transaction as its sender names it. */
export type OwnName = OwnAccount & { readonly transactionId: string };

type Around = { readonly home: string; readonly signal: AbortSignal; readonly stdin: Readable };

/**
 * Has ingest make the pseudonym of a transaction: it alone holds the key for that. What names the transaction
 * goes to it by a pipe, so that neither its environment nor any log has it. Throws CommandError for an
 * account that is none.
 */
export async function identify({ transactionId, ...own }: OwnName, around: Around): Promise<string> {
  const { transaction } = await askIngest(own, { transactionId }, around);
  return transaction ?? nobodySaid();
}

/** The same for an account alone. */
export async function identifyAccount(own: OwnAccount, around: Around): Promise<string> {
  const { account } = await askIngest(own, {}, around);
  return account ?? nobodySaid();
}

async function askIngest(
  { tenant, account }: OwnAccount,
  more: { readonly transactionId?: string },
  { home, signal, stdin }: Around,
): Promise<{ readonly account?: string | undefined; readonly transaction?: string | undefined }> {
  const named = { account: accountOf(account === '-' ? await textOf(stdin) : account), ...more };
  let said: { readonly account?: string; readonly transaction?: string | undefined } = {};
  await runIngest({
    home,
    env: { MODE: 'identify', TENANT: tenant },
    input: Readable.from([`${JSON.stringify(named)}\n`]),
    onIdentified: (identified) => {
      said = identified;
    },
    signal,
  });
  return said;
}

function nobodySaid(): never {
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

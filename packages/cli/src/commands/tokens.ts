import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import type { AuditAct } from '@weir/audit';
import { defaultTokenScopes, tokenRandomBytes, tokenScopes, type AccessToken } from '@weir/contracts';
import { doorFilesOf } from '@weir/local';
import type { CommandContext } from '../command-context.ts';
import { runningStack } from '../local/stack-session.ts';
import { actingPerson } from '../ops/acting-person.ts';
import { connectOps } from '../ops/connect-ops.ts';
import { makeToken, withoutToken, withToken } from '../tokens/make-token.ts';
import { showTokens } from '../tokens/show-tokens.ts';
import { changeTokens, readTokens } from '../tokens/tokens-file.ts';

type AddOptions = {
  readonly tenant: string;
  readonly source: string;
  readonly scope?: readonly string[];
  readonly expiresInDays?: number;
  readonly certificate?: string;
  readonly file?: string;
};

export function addTokensCommand(program: Command, context: CommandContext): void {
  const tokens = program
    .command('tokens')
    .description('who may come in by the HTTP door of ingest and the APIs of alerts and replays')
    .addHelpText(
      'after',
      `
A token is 256 random bits and is shown once; its SHA-256 is kept, in
.weir/keys/tokens.json or the file that --file names (DOOR_TOKENS_FILE of the door,
API_TOKENS_FILE of alerting and of replay: all read it again within a second). Making
and revoking one is recorded in the audit trail; without a trail no token is made.

Examples:
  npx weir tokens add bank-a --tenant bank-a --source core --expires-in-days 90
  npx weir tokens add ana --scope rules:publish
  npx weir tokens add ben --scope rules:approve rules:activate
  npx weir tokens add cas --tenant weir --scope alerts:read alerts:act alerts:release
  npx weir tokens add dora --tenant weir --scope alerts:read alerts:approve
  npx weir tokens add emil --tenant weir --scope replay:plan replay:run replay:read
  npx weir tokens add fatma --tenant weir --scope replay:approve replay:read
  npx weir tokens revoke bank-a`,
    );
  tokens
    .command('add')
    .description('make a token and show it, once')
    .argument('<name>', 'what to call it')
    .option(
      '-t, --tenant <name>',
      'whose transactions it offers, and whose alerts it sees; weir sees all',
      'demo',
    )
    .option('-s, --source <name>', 'what to call the connection they come in by', 'http')
    .option(
      '--scope <scopes...>',
      `what it may be used for: ${tokenScopes.join(', ')} (default: ${defaultTokenScopes.join(' and ')})`,
    )
    .option('--expires-in-days <days>', 'from when on it is refused (default: never)', days)
    .option('--certificate <file>', 'the client certificate (PEM) it is bound to')
    .option('--file <file>', 'the tokens file')
    .action((name: string, options: AddOptions) => add(name, options, context));
  tokens
    .command('list')
    .description('show the tokens, not their texts')
    .option('--file <file>', 'the tokens file')
    .option('--json', 'for scripts')
    .action(({ file, json }: { file?: string; json?: true }) => {
      const found = readTokens(fileOf(file, context));
      if (json) context.terminal.print(JSON.stringify(found.map(withoutDigest)));
      else for (const line of showTokens(found, Date.now())) context.terminal.print(line);
    });
  tokens
    .command('revoke')
    .description('let nobody in any more with this token')
    .argument('<name>')
    .option('--file <file>', 'the tokens file')
    .action((name: string, { file }: { file?: string }) => revoke(name, fileOf(file, context), context));
}

async function add(name: string, options: AddOptions, context: CommandContext): Promise<void> {
  const { env, home, terminal } = context;
  const file = fileOf(options.file, context);
  const certificatePem =
    options.certificate === undefined ? undefined : readFileSync(options.certificate, 'utf8');
  const { text, token } = makeToken(
    {
      name,
      tenant: options.tenant,
      source: options.source,
      scopes: options.scope ?? defaultTokenScopes,
      expiresInDays: options.expiresInDays,
      certificatePem,
    },
    randomBytes(tokenRandomBytes),
    Date.now(),
  );
  // Looked at before anything is recorded: a name that is taken is no beginning of anything.
  withToken(readTokens(file), token);
  const ops = connectOps(env, home);
  try {
    const begun = await ops.recorder().recordBefore(actOn('token_created', token));
    try {
      changeTokens(file, (tokens) => withToken(tokens, token));
    } catch (error) {
      await begun.end('failed');
      throw error;
    }
    await begun.end('done');
  } finally {
    await ops.close();
  }
  terminal.print(text);
  for (const line of howToUse(context, token)) terminal.say(line);
}

/** Nothing may keep a token from being revoked: it is recorded afterwards, and said where that fails. */
async function revoke(name: string, file: string, context: CommandContext): Promise<void> {
  const token = readTokens(file).find((one) => one.name === name);
  changeTokens(file, (tokens) => withoutToken(tokens, name));
  context.terminal.say(`${name} is let in no more`);
  if (token === undefined) return;
  const ops = connectOps(context.env, context.home);
  try {
    await ops.recorder().record({ ...actOn('token_revoked', token), result: 'done' });
  } finally {
    await ops.close();
  }
}

const actOn = (
  action: 'token_created' | 'token_revoked',
  { name, tenant, source, scopes, expiresAt }: AccessToken,
): Omit<AuditAct, 'result'> => ({
  ...actingPerson(),
  action,
  subject: { kind: 'token', id: name },
  details: { tenant, source, scopes: scopes.join(','), expiresAt: expiresAt ?? 'never' },
});

const fileOf = (given: string | undefined, { home }: CommandContext): string =>
  given === undefined ? doorFilesOf(home).DOOR_TOKENS_FILE : resolve(given);

const withoutDigest = ({ sha256: _, ...shown }: AccessToken) => shown;

function days(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('expected 1 to 9999 days');
  return Number(text);
}

/** Lines to try it with, for the stack of this home. */
function howToUse({ home }: CommandContext, token: AccessToken): readonly string[] {
  const door = runningStack(home)?.addresses['DOOR_URL'];
  const kept = [
    token.scopes.includes('transactions:write')
      ? `Keep it: it is not shown again. It offers transactions of ${token.tenant} as ${token.source}.`
      : `Keep it: it is not shown again. It is good for ${token.scopes.join(', ')}.`,
  ];
  if (door === undefined || !token.scopes.includes('transactions:write')) return kept;
  const example = JSON.stringify({
    transactionId: 'first-1',
    account: { iban: 'NL91ABNA0417164300' },
    creditDebitIndicator: 'DBIT',
    amount: '12.34',
    currency: 'EUR',
    eventTime: new Date().toISOString(),
  });
  return [
    ...kept,
    'To try it, put it into TOKEN:',
    '',
    `curl --cacert ${doorFilesOf(home).DOOR_TLS_CLIENT_CA_FILE} \\`,
    `  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
    `  -d '${example}' \\`,
    `  ${door}/v1/transactions`,
  ];
}

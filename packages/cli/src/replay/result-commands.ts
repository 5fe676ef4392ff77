import { createReadStream } from 'node:fs';
import { readPublicKeys } from '@weir/audit';
import { kmsAccessOf } from '@weir/connections';
import { createAwsSigner } from '@weir/kms';
import { reportDigest, verifyManifest } from '@weir/replays';
import { checkKmsFields, kmsFields, loadConfig } from '@weir/runtime';
import { z } from 'zod';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import type { ApiOptions } from '../http/connect-api.ts';
import { downloadText, downloadTo } from '../http/download.ts';
import { fileText } from '../http/server-options.ts';
import { opsEnvironment } from '../ops/connect-ops.ts';
import { connectReplays, pathOf } from './replays-api.ts';
import { showReport } from './show-report.ts';
import { showVerified } from './show-replay.ts';

export type ReportOptions = ApiOptions & { readonly html?: string; readonly out?: string };

/** What differs, for a person; with --json or --out as the manifest names it, byte for byte. */
export async function report(
  replayId: string,
  options: ReportOptions,
  context: CommandContext,
): Promise<void> {
  const { access } = connectReplays(options, context);
  const { terminal, stopping } = context;
  const { html, out } = options;
  if (html !== undefined) await downloadTo(access, pathOf(replayId, 'report.html'), html, stopping);
  if (out !== undefined) await downloadTo(access, pathOf(replayId, 'report'), out, stopping);
  for (const file of [html, out]) if (file !== undefined) terminal.say(`Written to ${file}`);
  if (html !== undefined || out !== undefined) return;
  const text = await downloadText(access, pathOf(replayId, 'report'), stopping);
  if (options.json) return terminal.print(text);
  for (const line of showReport(text)) terminal.print(line);
}

/** Gets the manifest into a file. */
export async function manifest(
  replayId: string,
  file: string,
  options: ApiOptions,
  context: CommandContext,
): Promise<void> {
  const { access } = connectReplays(options, context);
  await downloadTo(access, pathOf(replayId, 'manifest'), file, context.stopping);
  context.terminal.say(`Written to ${file}; it is checked with: npx weir replay verify ${file} --key PEM`);
}

export type ExportOptions = ApiOptions & { readonly force?: true };

/** Gets what was exported, opened, into a file that is not there yet. */
export async function exportTo(
  replayId: string,
  file: string,
  { force, ...options }: ExportOptions,
  context: CommandContext,
): Promise<void> {
  const { access } = connectReplays(options, context);
  const how = { replaces: force === true };
  await downloadTo(access, pathOf(replayId, 'export'), file, context.stopping, how);
  context.terminal.say(`Written to ${file}. It holds what is sealed everywhere else: keep it accordingly.`);
}

export type VerifyOptions = { readonly key: string; readonly report?: string; readonly json?: true };

/** Verifies a manifest with nothing but the public key. */
export async function verify(file: string, options: VerifyOptions, context: CommandContext): Promise<void> {
  const { terminal, exit } = context;
  const keys = keysIn(options.key);
  const verified = await readingIt(file, () => verifyManifest(createReadStream(file), keys));
  const { findings, records, root, end } = verified;
  const given = options.report === undefined ? undefined : fileText(options.report, '--report');
  const isOtherReport = given !== undefined && reportDigest(given) !== end?.reportSha256;
  const ok = findings.length === 0 && !isOtherReport;
  if (options.json)
    terminal.print(
      JSON.stringify({ ok, records, root, findings, ...(given === undefined ? {} : { isOtherReport }) }),
    );
  else {
    for (const line of showVerified(verified)) terminal.print(line);
    if (given !== undefined)
      terminal.print(
        isOtherReport
          ? 'The report is NOT the one that was signed.'
          : 'The report is the one that was signed.',
      );
  }
  exit(ok ? exitCodes.done : exitCodes.notAsItShouldBe);
}

function keysIn(file: string): ReturnType<typeof readPublicKeys> {
  try {
    return readPublicKeys(fileText(file, '--key'));
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError(exitCodes.usage, '--key: expected public keys in PEM', { cause });
  }
}

async function readingIt<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    if (code === undefined) throw cause;
    throw new CommandError(exitCodes.usage, `${file} can't be read (${code})`, { cause });
  }
}

const signingConfig = z.object({ ...kmsFields, REPLAY_SIGNING_KEY: z.string().min(1) }).check(checkKmsFields);

/** Prints the public key that manifests are signed with. */
export async function publicKey(context: CommandContext): Promise<void> {
  context.terminal.print((await replayPublicKeyPem(context)).trimEnd());
}

/** The public key that manifests and cases are signed with, in PEM, asked of the KMS in the role of ops. */
export async function replayPublicKeyPem({
  env,
  home,
}: Pick<CommandContext, 'env' | 'home'>): Promise<string> {
  const config = loadConfig(signingConfig, opsEnvironment(env, home), { secrets: [] });
  const signer = createAwsSigner({ access: kmsAccessOf(config), keyId: config.REPLAY_SIGNING_KEY });
  try {
    return await signer.publicKeyPem();
  } finally {
    signer.close();
  }
}

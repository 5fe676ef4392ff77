import { closeSync, openSync, writeSync } from 'node:fs';
import { encodeTrailLine, proveEntry } from '@weir/audit';
import { auditActions } from '@weir/contracts';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { readAuditTrail, readTrail } from '../audit/read-audit-trail.ts';
import { inFiles } from '../audit/read-kept.ts';
import { describeProofFailure, showEntry, showVerified } from '../audit/show-audit.ts';
import { publicKeyPem } from '../audit/signing-key.ts';
import { verifyFile, verifyTopic } from '../audit/verify-audit.ts';
import type { Verified, VerifyOptions } from '../audit/verify-audit.ts';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { connectOps } from '../ops/connect-ops.ts';
import type { Ops } from '../ops/connect-ops.ts';

export function addAuditCommand(program: Command, context: CommandContext): void {
  const audit = program
    .command('audit')
    .description('read, verify and prove the audit trail')
    .addHelpText(
      'after',
      `
Every entry has a number without a gap, and is under a checkpoint that was signed in the
KMS. An exported file is verified with the public key alone; checkpoints that were kept
elsewhere also find a tail that was cut off, or a trail that was written anew.

Runbook: docs/runbooks/audit-damaged.md`,
    );
  addListCommand(audit, context);
  addExportCommand(audit, context);
  addVerifyCommand(audit, context);
  addProveCommand(audit, context);
  audit
    .command('public-key')
    .description('print the public key of the checkpoints (PEM)')
    .action(async () => context.terminal.print((await publicKeyPem(context)).trimEnd()));
}

function addListCommand(audit: Command, context: CommandContext): void {
  audit
    .command('list')
    .description('show entries, the oldest first')
    .option('--json', 'one entry a line, as JSON')
    .option('--from <number>', 'begin at this entry', wholeNumber, 0)
    .addOption(new Option('--action <action>', 'only these').choices(auditActions))
    .action((options: { json?: true; from: number; action?: string }) =>
      withOps(context, async (ops) => {
        await readTrail(ops, (line) => {
          if (!('entry' in line)) return;
          const { entry } = line;
          const isAsked = options.action === undefined || entry.action === options.action;
          if (isAsked && entry.sequence >= options.from)
            context.terminal.print(options.json ? JSON.stringify(entry) : showEntry(entry));
        });
      }),
    );
}

function addExportCommand(audit: Command, context: CommandContext): void {
  audit
    .command('export')
    .description('write the whole trail to a file that is not there yet')
    .argument('<file>')
    .action((file: string) =>
      withOps(context, async (ops) => {
        const opened = inFiles('the file', () => openSync(file, 'wx', 0o600));
        try {
          await readTrail(ops, (line) => void writeSync(opened, `${encodeTrailLine(line)}\n`));
        } finally {
          closeSync(opened);
        }
      }),
    );
}

function addVerifyCommand(audit: Command, context: CommandContext): void {
  audit
    .command('verify')
    .description('check the trail on the topic, an exported file, or the proof of an entry')
    .argument('[file]', 'what "weir audit export" or "weir audit prove" wrote')
    .option('--checkpoints <folder>', 'hold it against checkpoints that were kept elsewhere')
    .option('--public-key <file>', 'the public key (PEM); asked of the KMS where no file is given')
    .option('--json', 'print { entries, checkpoints, ok, findings }')
    .addHelpText('after', '\nEnds with 1 where anything is found.')
    .action(async (file: string | undefined, options: VerifyOptions & { json?: true }) => {
      const verified = file === undefined ? await verifyTopic(context, options) : verifyFile(file, options);
      for (const line of options.json ? [jsonOf(verified)] : linesOf(verified)) context.terminal.print(line);
      const ok = verified.kind === 'trail' ? verified.verified.ok : verified.ok;
      context.exit(ok ? exitCodes.done : exitCodes.notAsItShouldBe);
    });
}

function jsonOf(verified: Verified): string {
  if (verified.kind === 'proof') return JSON.stringify({ sequence: verified.sequence, ok: verified.ok });
  const { entries, checkpoints, ok, findings } = verified.verified;
  return JSON.stringify({ entries, checkpoints, ok, findings });
}

function linesOf(verified: Verified): readonly string[] {
  if (verified.kind === 'trail') return showVerified(verified.verified);
  const { sequence, ok } = verified;
  return [
    ok ? `Entry ${sequence} is on the trail.` : `This does not prove that entry ${sequence} is on the trail.`,
  ];
}

function addProveCommand(audit: Command, context: CommandContext): void {
  audit
    .command('prove')
    .description('print a proof that an entry is on the trail, for "weir audit verify FILE"')
    .argument('<sequence>', 'the number of the entry', wholeNumber)
    .option(
      '--since <size>',
      'also prove that the trail goes on from its checkpoint of this size',
      wholeNumber,
    )
    .action((sequence: number, options: { since?: number }) =>
      withOps(context, async (ops) => {
        const proven = proveEntry(await readAuditTrail(ops, sequence), sequence, options.since);
        if (!proven.ok)
          throw new CommandError(exitCodes.notAsItShouldBe, describeProofFailure(proven.failure));
        context.terminal.print(JSON.stringify({ proof: proven.proof }));
      }),
    );
}

async function withOps(context: CommandContext, work: (ops: Ops) => Promise<void>): Promise<void> {
  const ops = connectOps(context.env, context.home);
  try {
    await work(ops);
  } finally {
    await ops.close();
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected a whole number');
  return Number(text);
}

import { join } from 'node:path';
import { Option } from 'commander';
import type { Command } from 'commander';
import { keyClasses, streamNames } from '@weir/contracts';
import type { KeyClass } from '@weir/contracts';
import { ensurePrivateFolder, tryLock, writeRoleKeys } from '@weir/local';
import type { CommandContext } from '../command-context.ts';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { countRecords } from '../keys/count-records.ts';
import type { KeyUsage } from '../keys/count-records.ts';
import { createKey, disableKey, keyToDisable, rotateKey, rotateToNewKey } from '../keys/key-acts.ts';
import type { Acted, KeyPorts } from '../keys/key-acts.ts';
import { connectKeys, keyClassOf, keysByClass, streamsOf } from '../keys/key-work.ts';
import type { KeyWork } from '../keys/key-work.ts';
import { rollOverWorkers } from '../keys/roll-over-workers.ts';
import { listedKey, showDisabling, showKeys, showRollOver, showUsage } from '../keys/show-keys.ts';
import { sinceMsOf } from '../keys/since.ts';
import { actingPerson } from '../ops/acting-person.ts';
import { grouped } from '../terminal/table.ts';

const classes = keyClasses.join(', ');

export function addKeysCommand(program: Command, context: CommandContext): void {
  const keys = program
    .command('keys')
    .description('list, make, rotate and disable the keys that records are sealed with')
    .addHelpText(
      'after',
      `
Classes: ${classes}.
Each class has one key that seals, behind the alias alias/weir-<environment>-<class>;
others of its keys, behind aliases below that (.../2), only open what they sealed.

Every act is recorded on the audit trail before it is done; one that can't be
recorded isn't done, and the command ends with 75.

Against the local stack the commands act as whoever made its keys. Where KMS_KEYS or
KMS_KEYS_FILE is set they act on the KMS of AWS_REGION with your own AWS credentials:
the key policy decides what you may, and the workers are told by you. There keys and
their policies are best made where the rest of the infrastructure is.

Runbook: docs/runbooks/rotate-a-key.md`,
    );
  addListCommand(keys, context);
  addCreateCommand(keys, context);
  addRotateCommand(keys, context);
  addDisableCommand(keys, context);
  addUsageCommand(keys, context);
}

function addListCommand(keys: Command, context: CommandContext): void {
  keys
    .command('list')
    .description('show every key: its class, whether it seals or only opens, its state and rotations')
    .option('--json', 'for scripts')
    .action((options: { json?: true }) =>
      withKeys(context, async (work) => {
        const byClass = await keysByClass(work);
        const listed = await Promise.all(
          keyClasses.flatMap((keyClass) =>
            byClass[keyClass].map(async (key) =>
              listedKey(keyClass, key, {
                alias: work.aliasOf(keyClass),
                rotations: await work.admin.rotationsOf(key.arn),
              }),
            ),
          ),
        );
        if (options.json) context.terminal.print(JSON.stringify(listed));
        else for (const line of showKeys(listed)) context.terminal.print(line);
      }),
    );
}

function addCreateCommand(keys: Command, context: CommandContext): void {
  keys
    .command('create')
    .description('make one more key of a class, with which everybody may open and nothing is sealed yet')
    .argument('<class>', classes)
    .action((word: string) =>
      actOnKeys(context, async (work) => {
        const acted = await createKey(portsOf(work), keyClassOf(word));
        context.terminal.print(acted.arn);
        tellRollOver(acted, work, context);
      }),
    );
}

function addRotateCommand(keys: Command, context: CommandContext): void {
  keys
    .command('rotate')
    .description('give the key that seals new material, and have the workers use it at once')
    .argument('<class>', classes)
    .option('--new-key', 'put a key of another ARN in its place (local stack only)')
    .addHelpText(
      'after',
      `
Without --new-key the ARN stays: readers and subscribers need nothing, and what was
sealed before opens as ever. With it a new key is first given to everybody who opens,
and seals once all have confirmed; interrupted, the same command goes on.

Ends with 75 where a worker did not confirm: say it again.`,
    )
    .action((word: string, options: { newKey?: true }) =>
      actOnKeys(context, async (work) => {
        const keyClass = keyClassOf(word);
        if (options.newKey && work.localHome === undefined) throw new CommandError(exitCodes.usage, byHand);
        const rotate = options.newKey ? rotateToNewKey : rotateKey;
        const acted = await rotate(portsOf(work), keyClass);
        context.terminal.print(acted.arn);
        tellRollOver(acted, work, context);
      }),
    );
}

/** Which process reads which file is known to the infrastructure alone. */
const byHand = `Elsewhere than in the local stack this is done in two steps by whoever runs the workers:
1. Make the key (weir keys create CLASS, or your infrastructure), append its ARN to the list of each stream of the
   class in the KMS_KEYS_FILE of every role and subscriber, send all of them SIGHUP, and see in their metrics
   weir_kms_roll_overs_total grow and weir_kms_keys_file_refused stay 0.
2. Put its ARN first in those lists, move the alias of the class to it, and send SIGHUP again.`;

function addDisableCommand(keys: Command, context: CommandContext): void {
  keys
    .command('disable')
    .description('switch off a key that no longer seals')
    .argument('<class>', classes)
    .argument('<key>', 'its ARN, id or alias')
    .option('--yes', 'do it, having read what it does')
    .addHelpText(
      'after',
      `
Without --yes it says which retained records only this key opens, and does nothing.
Ends with 0 when it is disabled, 1 where --yes is missing, 64 for a key that seals.`,
    )
    .action((word: string, name: string, options: { yes?: true }) =>
      (options.yes ? actOnKeys : withKeys)(context, (work) =>
        disable(work, context, { word, name, isSure: options.yes === true }),
      ),
    );
}

async function disable(
  work: KeyWork,
  context: CommandContext,
  asked: { readonly word: string; readonly name: string; readonly isSure: boolean },
): Promise<void> {
  const { terminal, exit } = context;
  const keyClass = keyClassOf(asked.word);
  const ports = portsOf(work);
  const key = await keyToDisable(ports, keyClass, asked.name);
  const usage = await usageOf(work, context, { keyClass, sinceMs: 0 });
  const [sealing] = await ports.keysOf(keyClass);
  const isOnTopics = streamsOf(keyClass).length > 0;
  const facts = { sealing: sealing?.arn, nowMs: Date.now(), isOnTopics };
  for (const line of showDisabling(key, usage, facts)) terminal.print(line);
  if (!asked.isSure) {
    terminal.say('Nothing was done: add --yes to disable it');
    return exit(exitCodes.notAsItShouldBe);
  }
  const mine = usage.filter(({ keyArn }) => keyArn === key.arn);
  const records = mine.reduce((sum, one) => sum + one.records, 0);
  const acted = await disableKey(ports, keyClass, { arn: key.arn, records });
  terminal.print(`${key.arn} is disabled`);
  terminal.say(
    'Readers elsewhere may open with data keys they hold for another ten minutes, or until a SIGHUP',
  );
  tellRollOver(acted, work, context);
}

function addUsageCommand(keys: Command, context: CommandContext): void {
  keys
    .command('usage')
    .description('count the retained records of each stream by the key that opens them')
    .argument('[class]', `one of ${classes}; all when left out`)
    .addOption(new Option('--since <when>', 'count what came in since: 30m, 24h, 7d, or a time'))
    .option('--json', 'for scripts')
    .addHelpText(
      'after',
      `
Read from the envelopes; nothing is opened, so any state of any key will do. Every
retained record is read, at some 100,000 a second, for ten minutes a stream at most.`,
    )
    .action((word: string | undefined, options: { since?: string; json?: true }) =>
      withKeys(context, async (work) => {
        const keyClass = word === undefined ? undefined : keyClassOf(word);
        const sinceMs = sinceMsOf(options.since, Date.now());
        const usage = await usageOf(work, context, { keyClass, sinceMs });
        if (options.json) context.terminal.print(JSON.stringify(usage));
        else {
          const isOnTopics = keyClass === undefined || streamsOf(keyClass).length > 0;
          for (const line of showUsage(usage, isOnTopics)) context.terminal.print(line);
        }
      }),
    );
}

async function usageOf(
  work: KeyWork,
  { terminal, stopping }: CommandContext,
  of: { readonly keyClass: KeyClass | undefined; readonly sinceMs: number },
): Promise<readonly KeyUsage[]> {
  const usage: KeyUsage[] = [];
  for (const stream of of.keyClass === undefined ? streamNames : streamsOf(of.keyClass)) {
    const counted = await countRecords(work.ops, stream, {
      sinceMs: of.sinceMs,
      signal: stopping,
      onProgress: (read, total) => terminal.live(`${stream}: ${grouped(read)} of ${grouped(total)} read`),
    });
    usage.push(...counted);
  }
  return usage;
}

async function withKeys(context: CommandContext, act: (work: KeyWork) => Promise<void>): Promise<void> {
  const work = connectKeys(context);
  try {
    await act(work);
  } finally {
    await work.close();
  }
}

/**
 * One command at a time in a home: of two, the one that listed the keys first could write its older
 * list over the other's, and readers would refuse as foreign what is sealed under the newer key.
 */
function actOnKeys(context: CommandContext, act: (work: KeyWork) => Promise<void>): Promise<void> {
  return withKeys(context, async (work) => {
    // Elsewhere no list is written, and whoever runs the workers decides about the keys.
    if (work.localHome === undefined) return act(work);
    const lock = tryLock(join(ensurePrivateFolder(work.localHome, 'run'), 'keys.lock'));
    if (lock === undefined) {
      throw new CommandError(
        exitCodes.tryAgain,
        'Another command is changing the keys: wait for its end, then say this again',
      );
    }
    try {
      await act(work);
    } finally {
      lock.release();
    }
  });
}

function portsOf(work: KeyWork): KeyPorts {
  const { localHome } = work;
  const recorder = work.ops.recorder();
  return {
    admin: work.admin,
    keysOf: async (keyClass) => (await keysByClass(work))[keyClass],
    aliasOf: work.aliasOf,
    recordBefore: recorder.recordBefore,
    person: actingPerson(),
    takeOver: async () => {
      if (localHome === undefined) return [];
      const byClass = await keysByClass(work);
      const arns = Object.fromEntries(keyClasses.map((name) => [name, byClass[name].map(({ arn }) => arn)]));
      writeRoleKeys(localHome, arns as Record<KeyClass, string[]>);
      return rollOverWorkers(localHome);
    },
  };
}

function tellRollOver({ workers }: Acted, work: KeyWork, { terminal, exit }: CommandContext): void {
  for (const line of showRollOver(workers, work.localHome !== undefined)) terminal.say(line);
  if (workers.some(({ outcome }) => outcome !== 'done')) exit(exitCodes.tryAgain);
}

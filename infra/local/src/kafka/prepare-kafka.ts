import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensurePrivateFolder } from '../home.ts';
import { LocalError } from '../local-error.ts';
import { writePrivateFile } from '../write-private-file.ts';
import type { CommandLine } from '../process/command-line.ts';
import { kafkaLogSettings, kafkaSettings } from './kafka-settings.ts';
import type { KafkaPlace } from './kafka-settings.ts';

const run = promisify(execFile);
const formatDeadlineMs = 60_000;

/**
 * Writes the broker's configuration, formats its storage when that has not
 * been done, and answers how to start it. The storage is formatted once: later
 * calls keep the records. The ports may differ from one start to the next.
 *
 * Throws LocalError `install_failed` when the storage cannot be formatted.
 */
export async function prepareKafka(options: {
  readonly place: KafkaPlace;
  readonly libraryDir: string;
  readonly logFile: string;
  /** Who may come in by password, where the place is secured. Learned when the storage is formatted, once. */
  readonly passwords?: Readonly<Record<string, string>>;
}): Promise<CommandLine> {
  const dataDir = ensurePrivateFolder(options.place.dataDir);
  const logDir = join(dataDir, 'log');
  const settingsFile = join(dataDir, 'server.properties');
  const loggingFile = join(dataDir, 'log4j2.properties');
  writeFileSync(settingsFile, kafkaSettings({ ...options.place, dataDir: logDir }));
  writeFileSync(loggingFile, kafkaLogSettings(options.logFile));
  const java = (...args: readonly string[]): CommandLine => ({
    command: 'java',
    args: [
      '-Xmx256m',
      // One collector thread instead of one per core: the smallest footprint of the collectors.
      '-XX:+UseSerialGC',
      '-Djava.awt.headless=true',
      `-Dlog4j2.configurationFile=${loggingFile}`,
      '-cp',
      join(options.libraryDir, '*'),
      ...args,
    ],
  });
  if (!existsSync(join(logDir, 'meta.properties'))) {
    await formatStorage(java('@' + writeFormatArguments(settingsFile, dataDir, options.passwords ?? {})));
  }
  return java('kafka.Kafka', settingsFile);
}

/**
 * The arguments of the formatting program in a file that only we may read: on a
 * command line everybody on this machine would see the passwords.
 */
function writeFormatArguments(
  settingsFile: string,
  folder: string,
  passwords: Readonly<Record<string, string>>,
): string {
  const file = join(folder, 'format.args');
  writePrivateFile(file, formatArguments(settingsFile, passwords));
  return file;
}

/** As the java launcher reads them from a file: one on each line, in quotes. */
export function formatArguments(settingsFile: string, passwords: Readonly<Record<string, string>>): string {
  const args = [
    'kafka.tools.StorageTool',
    'format',
    // In one argument, since an id may begin with a hyphen.
    `--cluster-id=${randomBytes(16).toString('base64url')}`,
    '--ignore-formatted',
    '--config',
    settingsFile,
    ...Object.entries(passwords).flatMap(([name, password]) => [
      '--add-scram',
      `SCRAM-SHA-512=[name=${name},password=${password}]`,
    ]),
  ];
  return args.map((arg) => `"${arg.replaceAll('\\', '\\\\')}"\n`).join('');
}

async function formatStorage(format: CommandLine): Promise<void> {
  try {
    await run(format.command, [...format.args], { timeout: formatDeadlineMs });
  } catch (cause) {
    throw new LocalError(
      'install_failed',
      'Kafka could not format its storage: run "java -version" to see whether Java works, and look at the free disk space.',
      { cause },
    );
  }
}

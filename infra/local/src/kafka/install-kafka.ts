import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installOnce } from '../install/install-once.ts';
import type { Progress } from '../install/install-once.ts';
import { runMaven } from '../install/run-maven.ts';
import { LocalError } from '../local-error.ts';

export const kafkaVersion = '4.3.0';

/**
 * Installs Kafka's jars into `<home>/lib/kafka-<version>` and answers that
 * folder. About 43 MB, once; afterwards nothing is fetched.
 *
 * Throws LocalError `maven_missing` or `install_failed`.
 */
export async function installKafka(home: string, onProgress: Progress): Promise<string> {
  return installOnce({
    home,
    name: `kafka-${kafkaVersion}`,
    onProgress,
    fill: async (folder) => {
      await runMaven({
        home,
        project: 'kafka.pom.xml',
        arguments: ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${folder}`],
        what: `Kafka ${kafkaVersion} (43 MB)`,
        onProgress,
      });
      verifyJars(folder);
      onProgress(`Kafka ${kafkaVersion} is installed`);
    },
  });
}

/** Code that will run here is compared, file by file, with what was reviewed. */
function verifyJars(folder: string): void {
  const expected = readExpectedSums();
  const found = readdirSync(folder).filter((name) => name.endsWith('.jar'));
  const wrong = found.filter((name) => sha256(join(folder, name)) !== expected.get(name));
  if (wrong.length > 0 || found.length !== expected.size) {
    throw new LocalError(
      'install_failed',
      `Maven brought ${found.length} of ${expected.size} Kafka files, ${wrong.length} of them not the reviewed ones` +
        `${wrong.length > 0 ? ` (first: ${wrong[0]})` : ''}: check the mirror settings of Maven and start again.`,
    );
  }
}

function readExpectedSums(): ReadonlyMap<string, string> {
  const path = fileURLToPath(new URL(`../../maven/kafka-${kafkaVersion}.sha256`, import.meta.url));
  const sums = new Map<string, string>();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const [sum, name] = line.trim().split(/\s+/);
    if (sum !== undefined && name !== undefined) sums.set(name, sum);
  }
  return sums;
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

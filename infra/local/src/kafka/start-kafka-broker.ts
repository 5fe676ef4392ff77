import { join } from 'node:path';
import type { Progress } from '../install/install-once.ts';
import type { OwnedProcess } from '../process/owned-process.ts';
import { startReady } from '../process/start-ready.ts';
import { kafkaReadiness } from './kafka-readiness.ts';
import type { KafkaPlace, KafkaSecurity } from './kafka-settings.ts';
import { installKafka } from './install-kafka.ts';
import { prepareKafka } from './prepare-kafka.ts';

const kafkaReadyDeadlineMs = 60_000;

/**
 * Starts one broker on 127.0.0.1 and resolves when it serves. Data in
 * `dataDir` is made at the first start and found again at every later one,
 * after kill -9 too.
 *
 * Throws LocalError `maven_missing`, `install_failed` or `not_ready`; no
 * process is left then.
 */
export async function startKafkaBroker(options: {
  readonly home: string;
  readonly dataDir: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly behindProxy?: NonNullable<KafkaPlace['behindProxy']>;
  readonly security?: KafkaSecurity;
  readonly passwords?: Readonly<Record<string, string>>;
  readonly onProgress: Progress;
}): Promise<OwnedProcess> {
  const { security } = options;
  const libraryDir = await installKafka(options.home, options.onProgress);
  const logFile = join(options.dataDir, 'kafka-output.log');
  const commandLine = await prepareKafka({
    place: {
      dataDir: options.dataDir,
      port: options.port,
      controllerPort: options.controllerPort,
      ...(options.behindProxy === undefined ? {} : { behindProxy: options.behindProxy }),
      ...(security === undefined ? {} : { security }),
    },
    passwords: options.passwords ?? {},
    libraryDir,
    logFile: join(options.dataDir, 'kafka.log'),
  });
  return startReady({
    name: 'kafka',
    commandLine,
    readiness: kafkaReadiness(options.port, security),
    deadlineMs: kafkaReadyDeadlineMs,
    logFile,
  });
}

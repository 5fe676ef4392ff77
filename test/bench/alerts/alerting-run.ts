import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { streams } from '@weir/contracts';
import type { KafkaClient } from '@weir/kafka';
import { nodeMain, pickFreePort } from '@weir/local';
import { makeTempFolder } from '@weir/testkit';
import { startInbox } from '../../../infra/local/src/inbox/start-inbox.ts';
import type { BenchStack } from '../bench-stack.ts';
import { startWorkerProcess } from '../worker-process.ts';
import type { WorkerProcess } from '../worker-process.ts';

const groupId = 'weir-alerting';
const readyDeadlineMs = 60_000;
const lookEveryMs = 250;

/** A mail as the inbox keeps it, as far as the benchmark looks at it. */
type Mail = {
  readonly receivedAt: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
};

/** When each mail arrived, in ms since the epoch, and the alerts that it tells in detail. */
export type ArrivedMail = { readonly atMs: number; readonly alertIds: readonly string[] };

export type AlertingRun = {
  readonly worker: WorkerProcess;
  readonly mails: () => Promise<readonly ArrivedMail[]>;
  /** The sum of a metric over its labels; of one value of `reason` where it is given. */
  readonly metric: (name: string, reason?: string) => Promise<number>;
  /** Resolves once everything that stands on the held topic is in the store. */
  readonly takenIn: (deadlineMs: number) => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Alerting as it ships, with an inbox of its own for a relay. */
export async function startAlertingRun(
  stack: BenchStack,
  different: Readonly<Record<string, string>>,
): Promise<AlertingRun> {
  const [smtpPort, inboxPort, httpPort] = [await pickFreePort(), await pickFreePort(), await pickFreePort()];
  const inbox = await startInbox({
    ...{ smtpPort, httpPort: inboxPort, now: () => new Date() },
    folder: join(makeTempFolder('bench-inbox'), 'inbox'),
  });
  const { API_TOKENS_FILE: _none, ...env } = stack.roleEnvironment('alerting');
  const worker = startWorkerProcess({
    name: 'alerting',
    args: nodeMain('services/alerting/src/main.ts'),
    env: { ...env, SMTP_URL: `smtp://127.0.0.1:${smtpPort}`, HTTP_PORT: String(httpPort), ...different },
  });
  const ended = worker.exited.then((code) => {
    throw new Error(`alerting ended with ${String(code)} while it was measured`);
  });
  // It ends in the end; nobody waits for that.
  ended.catch(() => undefined);
  const at = (path: string): string => `http://127.0.0.1:${httpPort}${path}`;
  const until = async (isSo: () => Promise<boolean>, what: string, deadlineMs: number): Promise<void> => {
    const endsAtMs = performance.now() + deadlineMs;
    while (!(await isSo())) {
      if (performance.now() > endsAtMs) throw new Error(`${what} took longer than ${deadlineMs} ms`);
      await Promise.race([sleep(lookEveryMs), ended]);
    }
  };
  const isReady = (): Promise<boolean> =>
    fetch(at('/readyz')).then(
      ({ status }) => status === 200,
      () => false,
    );
  await until(isReady, 'alerting', readyDeadlineMs);
  return {
    worker,
    mails: async () =>
      arrivedOf((await (await fetch(`http://127.0.0.1:${inboxPort}/api/mails`)).json()) as Mail[]),
    metric: async (name, reason) => sumOf(await (await fetch(at('/metrics'))).text(), name, reason),
    takenIn: (deadlineMs) =>
      until(async () => (await waitingRecords(stack.log.kafka)) === 0, 'taking all in', deadlineMs),
    stop: async () => {
      await worker.stop();
      await inbox.stop();
    },
  };
}

const arrivedOf = (mails: readonly Mail[]): readonly ArrivedMail[] =>
  mails.map(({ receivedAt, headers }) => ({
    atMs: Date.parse(receivedAt),
    alertIds: headers.filter(({ name }) => name.toLowerCase() === 'x-weir-alert').map(({ value }) => value),
  }));

function sumOf(text: string, name: string, reason?: string): number {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith(`weir_${name}{`) || line.startsWith(`weir_${name} `));
  return lines
    .filter((line) => reason === undefined || line.includes(`reason="${reason}"`))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Records of the held topic that alerting has not said it is done with. */
async function waitingRecords(kafka: KafkaClient): Promise<number> {
  const ends = await kafka.offsets(streams.held.topic);
  const positions = await kafka.groupPositions(groupId, streams.held.topic);
  const next = new Map(positions.map((one) => [one.partition, one.next ?? 0]));
  return ends.reduce((sum, { partition, end }) => sum + Math.max(0, end - (next.get(partition) ?? 0)), 0);
}

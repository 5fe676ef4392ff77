import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatInstant, systemTenant, tokenDigest } from '@weir/contracts';
import type { TokenScope } from '@weir/contracts';
import { nodeMain, pickFreePort } from '@weir/local';
import { replayAnswer } from '@weir/replays';
import type { ReplayAnswer, ReplayRequest } from '@weir/replays';
import { makeTempFolder, waitFor } from '@weir/testkit';
import { startWorkerProcess } from '../worker-process.ts';
import type { WorkerProcess } from '../worker-process.ts';

const readyDeadlineMs = 60_000;
/** Whoever asks takes time of the one thread that judges; when it was done the service says itself. */
const lookEveryMs = 250;
const token = 'bench';
const scopes: readonly TokenScope[] = ['replay:plan', 'replay:run', 'replay:read'];

/** Replay from its own main.ts, as it ships, and its API. */
export type ReplayService = {
  readonly worker: WorkerProcess;
  readonly plan: (request: ReplayRequest) => Promise<ReplayAnswer>;
  readonly change: (replayId: string, what: 'run' | 'stop') => Promise<ReplayAnswer>;
  readonly stateOf: (replayId: string) => Promise<ReplayAnswer>;
  /** Resolves once it is done; throws where it ends otherwise. */
  readonly done: (replayId: string, deadlineMs: number) => Promise<ReplayAnswer>;
  readonly download: (replayId: string, what: 'report' | 'manifest') => Promise<Response>;
  /** Where it keeps what belongs to a replay. */
  readonly folderOf: (replayId: string) => string;
};

export async function startReplayService(env: Readonly<Record<string, string>>): Promise<ReplayService> {
  const folder = makeTempFolder('bench-replay');
  const tokensFile = join(folder, 'tokens.json');
  writeFileSync(tokensFile, tokens(), { mode: 0o600 });
  const [port, httpPort] = [await pickFreePort(), await pickFreePort()];
  const worker = startWorkerProcess({
    name: 'replay',
    args: nodeMain('services/replay/src/main.ts'),
    env: { ...env, API_TOKENS_FILE: tokensFile, API_PORT: String(port), HTTP_PORT: String(httpPort) },
  });
  const isReady = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${httpPort}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  await Promise.race([
    waitFor(isReady, { deadlineMs: readyDeadlineMs, what: 'a replay service that is ready' }),
    worker.exited.then((code) => {
      throw new Error(`replay ended with ${String(code)} before it was ready`);
    }),
  ]);

  const ask = async (path: string, body?: object): Promise<Response> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/replays${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const replayOf = async (answer: Response): Promise<ReplayAnswer> => replayAnswer.parse(await answer.json());
  const stateOf = async (replayId: string): Promise<ReplayAnswer> => replayOf(await ask(`/${replayId}`));
  return {
    worker,
    plan: async (request) => replayOf(await ask('', request)),
    change: async (replayId, what) => replayOf(await ask(`/${replayId}/${what}`, {})),
    stateOf,
    done: async (replayId, deadlineMs) => {
      const endsAtMs = performance.now() + deadlineMs;
      for (;;) {
        const now = await stateOf(replayId);
        if (now.state === 'done') return now;
        if (now.state !== 'running')
          throw new Error(`the replay is ${now.state}: ${JSON.stringify(now.trouble)}`);
        if (performance.now() > endsAtMs) throw new Error(`a replay took longer than ${deadlineMs} ms`);
        await sleep(lookEveryMs);
      }
    },
    download: (replayId, what) => ask(`/${replayId}/${what}`),
    folderOf: (replayId) => join(env['REPLAY_DIR'] ?? '', replayId),
  };
}

const tokens = (): string =>
  JSON.stringify({
    version: 1,
    tokens: [
      {
        ...{ name: token, tenant: systemTenant, source: 'api', scopes },
        sha256: tokenDigest(token).toString('hex'),
        ...{ createdAt: formatInstant(0), expiresAt: null, certificateSubject: null },
      },
    ],
  });

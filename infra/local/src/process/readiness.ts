import { setTimeout as delay } from 'node:timers/promises';
import { probeKafka } from '../kafka/probe-kafka.ts';
import type { PartyFiles } from '../security/secured-parties.ts';
import { probeRedis } from '../redis/probe-redis.ts';
import { askOverTcp } from './ask-over-tcp.ts';
import { isPortFree } from './free-port.ts';
import { describeExit } from './owned-process.ts';
import type { OwnedProcess } from './owned-process.ts';

/** What shows that a process does its work, not merely that it runs. */
export type Readiness =
  | { readonly kind: 'kafka' | 'redis'; readonly port: number; readonly tls?: PartyFiles }
  | { readonly kind: 'smtp'; readonly port: number }
  | { readonly kind: 'http'; readonly url: string }
  /** Only for a process that listens as the last step of its start. */
  | { readonly kind: 'listening'; readonly port: number };

const pollEveryMs = 100;
const httpDeadlineMs = 1_000;

export type ReadyOutcome = { readonly kind: 'ready' } | { readonly kind: 'notReady'; readonly why: string };

/** Polls until the process is ready, has ended, or `deadlineMs` have passed. */
export async function waitUntilReady(options: {
  readonly child: OwnedProcess;
  readonly readiness: Readiness;
  readonly deadlineMs: number;
}): Promise<ReadyOutcome> {
  const tries = Math.ceil(options.deadlineMs / pollEveryMs);
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (options.child.hasExited()) return { kind: 'notReady', why: describeExit(await options.child.exited) };
    if (await probe(options.readiness)) return { kind: 'ready' };
    await delay(pollEveryMs);
  }
  return { kind: 'notReady', why: `was not ready within ${Math.round(options.deadlineMs / 1000)} s` };
}

/** Asks once. */
async function probe(readiness: Readiness): Promise<boolean> {
  switch (readiness.kind) {
    case 'kafka':
      return probeKafka(readiness.port, readiness.tls);
    case 'redis':
      return probeRedis(readiness.port, readiness.tls);
    case 'smtp':
      return probeSmtp(readiness.port);
    case 'http':
      return probeHttp(readiness.url);
    case 'listening':
      return !(await isPortFree(readiness.port));
  }
}

/** RFC 5321: a server that takes mail greets with 220. */
async function probeSmtp(port: number): Promise<boolean> {
  const greeting = await askOverTcp({
    port,
    question: Buffer.from('QUIT\r\n'),
    isComplete: (received) => received.includes('\r\n'),
  });
  return greeting !== undefined && greeting.toString('latin1').startsWith('220');
}

async function probeHttp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(httpDeadlineMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

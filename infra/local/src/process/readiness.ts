import { setTimeout as delay } from 'node:timers/promises';
import { probeKafka } from '../kafka/probe-kafka.ts';
import { LocalError } from '../local-error.ts';
import { probeRedis } from '../redis/probe-redis.ts';
import { askOverTcp } from './ask-over-tcp.ts';
import { describeExit } from './owned-process.ts';
import type { OwnedProcess } from './owned-process.ts';
import { lastLines } from './rolling-log.ts';

/** What shows that a process does its work, not merely that it runs. */
export type Readiness =
  | { readonly kind: 'kafka'; readonly port: number }
  | { readonly kind: 'redis'; readonly port: number }
  | { readonly kind: 'smtp'; readonly port: number }
  | { readonly kind: 'http'; readonly url: string };

const pollEveryMs = 100;
const httpDeadlineMs = 1_000;

/**
 * Polls until the process is ready.
 *
 * Throws LocalError `not_ready` when it ends first or `deadlineMs` pass; the
 * message names the log and quotes its last line.
 */
export async function waitUntilReady(options: {
  readonly child: OwnedProcess;
  readonly readiness: Readiness;
  readonly deadlineMs: number;
  readonly logFile: string;
}): Promise<void> {
  const tries = Math.ceil(options.deadlineMs / pollEveryMs);
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (options.child.hasExited()) {
      throw notReady(options, describeExit(await options.child.exited));
    }
    if (await probe(options.readiness)) return;
    await delay(pollEveryMs);
  }
  throw notReady(options, `was not ready within ${Math.round(options.deadlineMs / 1000)} s`);
}

function notReady(
  options: { readonly child: OwnedProcess; readonly logFile: string },
  what: string,
): LocalError {
  const [line] = lastLines(options.logFile, 1);
  const quote = line === undefined ? '' : ` and says last: ${line.slice(0, 200)}`;
  return new LocalError('not_ready', `${options.child.name} ${what}; its log is ${options.logFile}${quote}`);
}

/** Asks once. */
export async function probe(readiness: Readiness): Promise<boolean> {
  switch (readiness.kind) {
    case 'kafka':
      return probeKafka(readiness.port);
    case 'redis':
      return probeRedis(readiness.port);
    case 'smtp':
      return probeSmtp(readiness.port);
    case 'http':
      return probeHttp(readiness.url);
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

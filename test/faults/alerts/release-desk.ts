import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tokenDigest, tokenRandomBytes, tokenText } from '@weir/contracts';
import type { TokenScope } from '@weir/contracts';
import { alertListAnswer, releasedAnswer } from '@weir/contracts';
import type { SeededRandom } from '../plan/seeded-random.ts';

/** Two people: one asks, the other approves. */
export type DeskTokens = { readonly analyst: string; readonly approver: string };

/** Writes a file of their tokens for the API of alerts (0600), and answers the tokens. */
export function makeDeskTokens(file: string): DeskTokens {
  const tokenOf = (): string => tokenText(randomBytes(tokenRandomBytes));
  const tokens = { analyst: tokenOf(), approver: tokenOf() };
  const entryOf = (name: keyof DeskTokens, scopes: readonly TokenScope[]) => ({
    ...{ name, tenant: 'weir', source: 'faults', scopes, expiresAt: null, certificateSubject: null },
    sha256: tokenDigest(tokens[name]).toString('hex'),
    createdAt: '2026-01-01T00:00:00.000Z',
  });
  const known = {
    version: 1,
    tokens: [
      entryOf('analyst', ['alerts:read', 'alerts:release']),
      entryOf('approver', ['alerts:read', 'alerts:approve']),
    ],
  };
  writeFileSync(file, JSON.stringify(known), { mode: 0o600 });
  return tokens;
}

/** Where people work alerts: the API, asked by whoever has a token. */
export type ReleaseDesk = {
  /** Stops asking, and answers how many transactions people were told are approved. */
  readonly stop: () => Promise<number>;
  /** Resolves once some were, or the time is over. */
  readonly someApproved: (deadlineMs: number) => Promise<void>;
};

const askMs = 5_000;
const shortestPauseMs = 200;
const longestPauseMs = 900;
/** Alerts are listed by their latest change: what was released lately stands in front. */
const listed = 50;

/**
 * Lets go of what is held while everything is hurt: again and again some alerts are taken from the list, a
 * release is asked for and approved, now and then twice or by who asked. Whatever isn't answered is left.
 */
export function startReleasing(options: {
  readonly url: string;
  readonly tokens: DeskTokens;
  readonly random: SeededRandom;
  readonly sleep: (delayMs: number) => Promise<void>;
}): ReleaseDesk {
  const { url, tokens, random, sleep } = options;
  let isStopped = false;
  const approved = new Set<string>();

  async function ask(token: string, path: string, body?: object): Promise<unknown> {
    try {
      const response = await fetch(`${url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(askMs),
      });
      return response.ok ? await response.json() : await response.body?.cancel();
    } catch {
      return undefined;
    }
  }

  async function releaseOne(alertId: string): Promise<void> {
    const asking = `/v1/alerts/${alertId}/release`;
    const approving = `${asking}/approval`;
    const asked = { reason: 'looked at, and as it should be' };
    await ask(tokens.analyst, asking, asked);
    if (random.chance(0.3)) await ask(tokens.analyst, asking, asked);
    for (let times = random.chance(0.3) ? 2 : 1; times > 0; times -= 1) {
      const answer = releasedAnswer.safeParse(await ask(tokens.approver, approving, {}));
      if (answer.success) for (const identity of answer.data.approved) approved.add(identity);
    }
  }

  async function work(): Promise<void> {
    while (!isStopped) {
      const answer = alertListAnswer.safeParse(await ask(tokens.analyst, `/v1/alerts?limit=${listed}`));
      const held = answer.success ? answer.data.alerts.filter((one) => one.held > one.released) : [];
      if (held.length > 0) await releaseOne(random.pick(held).alertId);
      await sleep(random.between(shortestPauseMs, longestPauseMs));
    }
  }
  const working = work().catch(() => undefined);
  return {
    someApproved: async (deadlineMs) => {
      const endsAtMs = performance.now() + deadlineMs;
      while (approved.size === 0 && performance.now() < endsAtMs) await sleep(shortestPauseMs);
    },
    stop: async () => {
      isStopped = true;
      await working;
      return approved.size;
    },
  };
}

import { addressKey } from './address-key.ts';
import { serverLimits } from '../server/server-limits.ts';

const minuteMs = 60_000;

/** Counts what was refused of each address, minute by minute. */
export type RefusalCount = {
  /** Seconds until this address is looked at again; 0 where it is now. */
  readonly waitSeconds: (address: string) => number;
  readonly add: (address: string) => void;
};

/**
 * What is bounded is the work and the audit entries that refusals cause, not
 * guessing: a token has 256 random bits. So one that is good is let in from any
 * address, or a single misconfigured client behind a proxy would lock out all
 * the others behind it. `nowMs` is a monotonic clock.
 */
export function createRefusalCount(nowMs: () => number): RefusalCount {
  const { refusalsPerMinute, maxAddresses } = serverLimits;
  let counts = new Map<string, number>();
  let beganAtMs = nowMs();

  function turnPage(): void {
    if (nowMs() - beganAtMs < minuteMs) return;
    counts = new Map();
    beganAtMs = nowMs();
  }

  return {
    waitSeconds(address) {
      turnPage();
      if ((counts.get(keyOf(address)) ?? 0) < refusalsPerMinute) return 0;
      return Math.max(1, Math.ceil((beganAtMs + minuteMs - nowMs()) / 1_000));
    },
    add(address) {
      turnPage();
      const key = keyOf(address);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
  };

  /** Once too many are counted, all new ones are one. */
  function keyOf(address: string): string {
    const key = addressKey(address);
    return counts.has(key) || counts.size < maxAddresses ? key : 'others';
  }
}

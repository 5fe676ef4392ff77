import type { AuditAct, AuditRecorder } from '@weir/audit';
import { addressKey } from './limits/address-key.ts';
import type { CallerRefusal } from './tokens/authenticate.ts';

/** Tells the audit trail who, and what that the security team should know of, was refused. */
export type Refusals = {
  readonly tell: (refusal: Refusal) => void;
  /** Records what is still being counted. */
  readonly close: () => Promise<void>;
};

/** An act that was refused; its details get a count. */
export type Refusal = {
  /** What is counted together. */
  readonly key: string;
  readonly act: Omit<AuditAct, 'result'>;
};

/** Of a caller that wasn't let in; callers of one address, or one IPv6 network, are counted together. */
export function refusedCaller(refused: {
  readonly action: 'token_refused' | 'certificate_refused';
  readonly why: CallerRefusal | 'scope_missing';
  readonly address: string;
  /** The name of the token, where there is one. */
  readonly tokenName: string | undefined;
}): Refusal {
  const { action, why, address, tokenName } = refused;
  return {
    key: JSON.stringify([action, why, tokenName ?? null, addressKey(address)]),
    act: {
      actor:
        tokenName === undefined ? { kind: 'unknown', name: address } : { kind: 'token', name: tokenName },
      action,
      subject: { kind: 'token', id: tokenName ?? 'none' },
      origin: address,
      details: { reason: why },
    },
  };
}

const repeatsMs = 60_000;
/** Callers whose repetitions are counted at a time. */
const maxCounted = 1_000;

type Counted = { readonly refusal: Refusal; count: number };

/**
 * The first refusal of a caller is told at once, what follows of the same kind
 * within a minute becomes one entry with a count. One that can't be recorded is
 * passed to `onLost`: a caller that is refused has got nothing, and an intake
 * that is away must not close the door to all others.
 */
export function createRefusals(options: {
  readonly record: AuditRecorder['record'];
  readonly onLost: (error: unknown, count: number) => void;
}): Refusals {
  const counted = new Map<string, Counted>();
  const underWay = new Set<Promise<void>>();

  function record({ act }: Refusal, count: number): void {
    const recorded = options
      .record({ ...act, result: 'refused', details: { ...act.details, count } })
      .catch((error: unknown) => options.onLost(error, count))
      .finally(() => underWay.delete(recorded));
    underWay.add(recorded);
  }

  function settle(): void {
    for (const { refusal, count } of counted.values()) if (count > 0) record(refusal, count);
    counted.clear();
  }

  const timer = setInterval(settle, repeatsMs).unref();

  return {
    tell(refusal) {
      const { key } = refusal;
      const known = counted.get(key) ?? (counted.size >= maxCounted ? counted.get(others) : undefined);
      if (known !== undefined) {
        known.count += 1;
        return;
      }
      const isOneTooMany = counted.size >= maxCounted;
      counted.set(isOneTooMany ? others : key, { refusal, count: 0 });
      record(refusal, 1);
    },
    async close() {
      clearInterval(timer);
      settle();
      await Promise.all(underWay);
    },
  };
}

const others = 'others';

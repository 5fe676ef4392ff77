import type { AuditAct, AuditRecorder } from '@weir/audit';
import type { RejectionCode } from '@weir/contracts';
import { addressKey } from './limits/address-key.ts';
import type { CallerRefusal } from './tokens/authenticate.ts';

/** Tells the audit trail who, and what that the security team should know of, was refused at the door. */
export type Refusals = {
  readonly tell: (refusal: Refusal) => void;
  /** Records what is still being counted. */
  readonly close: () => Promise<void>;
};

export type Refusal = RefusedCaller | RefusedRecord;

type RefusedCaller = {
  readonly action: 'token_refused' | 'certificate_refused';
  readonly why: CallerRefusal | 'scope_missing';
  /** The address of the caller. */
  readonly address: string;
  /** The name of the token, where there is one. */
  readonly tokenName: string | undefined;
};

type RefusedRecord = {
  readonly action: 'record_refused';
  readonly why: RejectionCode;
  readonly tokenName: string;
  /** The id of its dead letter; of several that become one entry, that of the first. */
  readonly deadLetterId: string;
};

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

  function record(refusal: Refusal, count: number): void {
    const recorded = options
      .record(actOf(refusal, count))
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
      const key = keyOf(refusal);
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

/** What is counted together. */
function keyOf(refusal: Refusal): string {
  const { action, why, tokenName = null } = refusal;
  const from = refusal.action === 'record_refused' ? null : addressKey(refusal.address);
  return JSON.stringify([action, why, tokenName, from]);
}

function actOf(refusal: Refusal, count: number): AuditAct {
  const { action, why, tokenName } = refusal;
  if (refusal.action === 'record_refused') {
    return {
      actor: { kind: 'token', name: refusal.tokenName },
      action,
      subject: { kind: 'record', id: refusal.deadLetterId },
      result: 'refused',
      origin: 'ingest',
      details: { code: why, count },
    };
  }
  const { address } = refusal;
  return {
    actor: tokenName === undefined ? { kind: 'unknown', name: address } : { kind: 'token', name: tokenName },
    action,
    subject: { kind: 'token', id: tokenName ?? 'none' },
    result: 'refused',
    origin: address,
    details: { reason: why, count },
  };
}

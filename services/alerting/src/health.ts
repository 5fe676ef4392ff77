import type { ErrorCode } from '@weir/contracts';

/** What /readyz says: whether the worker is in its group, and what its parts wait for. */
export type AlertingHealth = {
  joined(isMember: boolean): void;
  /** `what` waits, by the code of its last error, until `works` is said of it. */
  fails(what: string, code: ErrorCode): void;
  works(what: string): void;
  problems(): readonly { readonly part: string; readonly reason: string }[];
};

/** Starts out not joined and with nothing failing. What receivers do is no matter of readiness. */
export function createHealth(): AlertingHealth {
  let isMember = false;
  const failing = new Map<string, ErrorCode>();
  return {
    joined: (value) => {
      isMember = value;
    },
    fails: (what, code) => void failing.set(what, code),
    works: (what) => void failing.delete(what),
    problems: () => [
      ...(isMember ? [] : [{ part: 'kafka', reason: 'not_joined' }]),
      ...[...new Set(failing.values())].map((code) => ({ part: partOf(code), reason: code })),
    ],
  };
}

function partOf(code: ErrorCode): string {
  if (code.startsWith('store_')) return 'store';
  return code.startsWith('kms_') ? 'kms' : 'kafka';
}

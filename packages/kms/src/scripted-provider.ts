import { createSecretKey, type KeyObject } from 'node:crypto';
import { type ErrorCode, WeirError } from '@weir/contracts';
import type { KeyProvider } from '@weir/envelope';

export type ScriptedProvider = KeyProvider & { readonly calls: string[] };

/** A 32-byte key whose bytes are all `filler`. */
export function keyOf(filler: number): KeyObject {
  return createSecretKey(Buffer.alloc(32, filler));
}

/**
 * A provider for tests of the decorators: it answers the calls in the order of
 * the script, `ok` with the next key and a code with its error, and `ok` to all
 * that follow.
 */
export function scriptedProvider(script: readonly ('ok' | ErrorCode)[] = []): ScriptedProvider {
  const calls: string[] = [];
  const next = (operation: string): KeyObject => {
    calls.push(operation);
    const outcome = script[calls.length - 1] ?? 'ok';
    if (outcome !== 'ok') throw new WeirError(outcome, 'scripted');
    return keyOf(calls.length);
  };
  return {
    calls,
    generateDataKey: async ({ keyId }) => ({
      keyId,
      key: next('generateDataKey'),
      wrapped: new Uint8Array([calls.length]),
    }),
    decrypt: async () => next('decrypt'),
  };
}

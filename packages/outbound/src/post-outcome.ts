import { AddressRefused } from './address-guard.ts';
import { retryAfterMs } from './retry-after.ts';

/**
 * What became of one attempt. `unavailable`: it may be taken later, not before
 * `retryAfterMs` where the receiver said so. `refused`: the receiver said that
 * it never will. `code` is a closed code and `status` the receiver's number;
 * its text is left out, for it may repeat what it was sent.
 */
export type DeliveryOutcome =
  | { readonly kind: 'accepted' }
  | {
      readonly kind: 'unavailable';
      readonly code: string;
      readonly status: number | undefined;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'refused'; readonly code: string; readonly status: number | undefined };

/** Of the 4xx, those that speak of the moment and not of the request (RFC 9110, RFC 8470, RFC 6585). */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

/** What an answer's status says of a delivery. Its text is not looked at. */
export function outcomeOfResponse(
  status: number,
  retryAfter: string | undefined,
  nowMs: number,
): DeliveryOutcome {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status >= 500 || passing.has(status))
    return {
      kind: 'unavailable',
      code: 'http_status',
      status,
      retryAfterMs: retryAfterMs(retryAfter, nowMs),
    };
  // A redirect is not followed: it would send what is handed over to where somebody else says.
  return { kind: 'refused', code: status >= 300 && status < 400 ? 'redirect' : 'http_status', status };
}

/** What an error says of a delivery, by its closed code alone. */
export function outcomeOfError(error: Error, signal: AbortSignal | undefined): DeliveryOutcome {
  if (error instanceof AddressRefused) return { kind: 'refused', code: 'address_refused', status: undefined };
  if (signal?.aborted === true) return { kind: 'unavailable', code: 'ETIMEDOUT', status: undefined };
  return { kind: 'unavailable', code: codeOf(error) ?? 'EUNKNOWN', status: undefined };
}

export const codeOf = (error: Error): string | undefined =>
  'code' in error && typeof error.code === 'string' ? error.code : undefined;

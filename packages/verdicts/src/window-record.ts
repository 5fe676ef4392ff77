import { channels, currencyOf } from '@weir/contracts';
import type { WindowRecord } from '@weir/windows';
import type { AcceptedTransaction } from './decode.ts';

/** What the windows remember of a transaction at an offset of the log. */
export function windowRecordOf(offset: number, accepted: AcceptedTransaction): WindowRecord {
  const { content } = accepted;
  return {
    offset,
    eventTimeMs: accepted.eventTimeMs,
    observedAtSeconds: Math.floor(accepted.observedAtMs / 1000),
    amountMinor: content.amountMinor,
    currency: currencyOf(content.currency)?.numericCode ?? 0,
    creditDebitIndicator: content.creditDebitIndicator,
    identity: pseudonymHex(accepted.identity, 8),
    digest: accepted.digest.slice(0, 8),
    counterparty:
      content.counterparty?.pseudonym === undefined ? '' : pseudonymHex(content.counterparty.pseudonym, 6),
    channel: content.channel === undefined ? 0 : channels.indexOf(content.channel),
    country: content.country ?? '',
  };
}

/**
 * Filled and read within one call, and filled wholly: a pseudonym has 16 bytes
 * by its contract. A buffer of its own for each took twice the time.
 */
const hmac = Buffer.alloc(16);

/** The first bytes of a pseudonym's HMAC as hex: short enough for a window, long enough not to collide in one account. */
function pseudonymHex(pseudonym: string, bytes: number): string {
  hmac.write(pseudonym.slice(pseudonym.indexOf('_') + 1), 'base64url');
  return hmac.toString('hex', 0, bytes);
}

import { channels, currencyOf } from '@weir/contracts';
import type { WindowRecord } from '@weir/windows';
import type { AcceptedTransaction } from './decode.ts';

/** What the windows remember of a transaction at an offset of the log. */
export function windowRecordOf(offset: number, accepted: AcceptedTransaction): WindowRecord {
  const { content } = accepted;
  return {
    offset,
    eventTimeMs: Date.parse(content.eventTime),
    observedAtSeconds: Math.floor(Date.parse(content.observedAt) / 1000),
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

/** The first bytes of a pseudonym's HMAC as hex: short enough for a window, long enough not to collide in one account. */
function pseudonymHex(pseudonym: string, bytes: number): string {
  const hmac = Buffer.from(pseudonym.slice(pseudonym.indexOf('_') + 1), 'base64url');
  return hmac.subarray(0, bytes).toString('hex');
}

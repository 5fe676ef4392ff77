import type { Refusal } from '@weir/access';
import type { RejectionCode } from '@weir/contracts';

/** A record that the security team should know of; of several of one token that become one entry, the first is named. */
export const refusedRecord = (refused: {
  readonly why: RejectionCode;
  readonly tokenName: string;
  /** The id of its dead letter. */
  readonly deadLetterId: string;
}): Refusal => ({
  key: JSON.stringify(['record_refused', refused.why, refused.tokenName]),
  act: {
    actor: { kind: 'token', name: refused.tokenName },
    action: 'record_refused',
    subject: { kind: 'record', id: refused.deadLetterId },
    origin: 'ingest',
    details: { code: refused.why },
  },
});

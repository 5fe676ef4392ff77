import { fail, ok } from '../check.ts';
import type { Check } from '../check.ts';

export type MailFacts = { readonly isEncrypted: boolean; readonly offersStartTls: boolean };

/** Alerting sends to another machine only over TLS. */
export function judgeMail({ isEncrypted, offersStartTls }: MailFacts, isLoopback: boolean): Check {
  if (isEncrypted) return ok('mail.relay', 'greets, over TLS');
  if (offersStartTls) return ok('mail.relay', 'greets, and offers STARTTLS');
  return isLoopback
    ? ok('mail.relay', 'greets, on this machine alone')
    : fail(
        'mail.relay',
        'offers no STARTTLS, so that alerting sends it nothing',
        'Let the relay offer STARTTLS on port 587, or name its TLS port: smtps://host:465.',
      );
}

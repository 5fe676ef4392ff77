import { WeirError } from '@weir/contracts';
import type { BatchControl } from '@weir/kafka';
import type { AlertingParts } from './alerting-parts.ts';
import type { Mail, MailOutcome } from './mailer.ts';

/**
 * Sends every mail to every recipient, a few at a time, and after each few tells
 * the group that this worker lives. What is in `delivered` is left out, and what
 * the relay takes is put there, so that trying again repeats no mail it took.
 *
 * Answers false where it was told to stop before the end. Throws WeirError
 * mail_unavailable where the relay did not take one of them.
 */
export async function deliver(
  parts: Pick<AlertingParts, 'mailer' | 'recipients' | 'limits' | 'observe'>,
  mails: readonly Mail[],
  delivered: Set<string>,
  control: BatchControl,
): Promise<boolean> {
  const sendings = mails
    .flatMap((mail) => parts.recipients.map((recipient) => ({ mail, recipient })))
    .filter((sending) => !delivered.has(nameOf(sending)));
  const { maxParallelMails } = parts.limits;
  let allTaken = true;
  for (let at = 0; at < sendings.length; at += maxParallelMails) {
    if (control.stopping() || control.revoked()) return false;
    const few = sendings.slice(at, at + maxParallelMails);
    const outcomes = await Promise.all(few.map((sending) => sendOne(parts, sending)));
    few
      .filter((_, index) => outcomes[index] === 'accepted')
      .forEach((sending) => delivered.add(nameOf(sending)));
    await control.heartbeat();
    if (outcomes.includes('unavailable')) throw notTaken();
    allTaken &&= !outcomes.includes('refused');
  }
  // Only now, so that one mail the relay refuses for good keeps no other mail of the run from its reader.
  if (!allTaken) throw notTaken();
  return true;
}

const notTaken = (): WeirError =>
  new WeirError('mail_unavailable', 'the relay did not take a mail; SMTP_URL and MAIL_TO say where');

type Sending = { readonly mail: Mail; readonly recipient: string };

const nameOf = ({ mail, recipient }: Sending): string => `${mail.deliveryKey} ${recipient}`;

async function sendOne(
  { mailer, observe }: Pick<AlertingParts, 'mailer' | 'observe'>,
  { mail, recipient }: Sending,
): Promise<MailOutcome['kind']> {
  const startedAtMs = performance.now();
  const outcome = await mailer.send(mail, recipient);
  observe.mailed(mail, outcome, performance.now() - startedAtMs);
  return outcome.kind;
}

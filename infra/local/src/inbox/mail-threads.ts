import type { KeptMail } from './mail-store.ts';

/** Mails that belong together, the newest first. */
export type MailThread = { readonly id: string; readonly mails: readonly KeptMail[] };

const headerOf = ({ headers }: KeptMail, name: string): string | undefined =>
  headers.find((header) => header.name.toLowerCase() === name)?.value;

const messageId = /<[^<>\s]+>/;

/**
 * What a mail program threads by (RFC 5322, 3.6.4): the first id of References, else In-Reply-To, else the
 * mail's own. Whether a mail with the root's id is there makes no difference.
 */
const threadIdOf = (mail: KeptMail): string =>
  messageId.exec(headerOf(mail, 'references') ?? '')?.[0] ??
  messageId.exec(headerOf(mail, 'in-reply-to') ?? '')?.[0] ??
  (mail.messageId === '' ? mail.id : mail.messageId);

/** The mails (newest first) as threads, the one with the newest mail first. */
export function threadsOf(mails: readonly KeptMail[]): readonly MailThread[] {
  return [...Map.groupBy(mails, threadIdOf)].map(([id, ofThread]) => ({ id, mails: ofThread }));
}

/** All mails of the thread that a mail is in, the newest first. */
export const mailsOfThread = (mails: readonly KeptMail[], mail: KeptMail): readonly KeptMail[] => {
  const id = threadIdOf(mail);
  return mails.filter((one) => threadIdOf(one) === id);
};

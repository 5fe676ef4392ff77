import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ensurePrivateFolder } from '../home.ts';
import { writePrivateFile } from '../write-private-file.ts';

const keptMail = z.object({
  id: z.string().regex(/^[0-9a-f]{24}$/),
  messageId: z.string(),
  /** How often a mail with this Message-ID was delivered; the first is the one kept. */
  deliveries: z.number().int().positive(),
  /** ISO 8601, the inbox's own clock. */
  receivedAt: z.string(),
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
  text: z.string(),
  html: z.string(),
});

/** A mail as it is kept on disk and shown. */
export type KeptMail = z.infer<typeof keptMail>;

const mailImages = z.array(z.object({ cid: z.string(), contentType: z.string(), base64: z.string() }));

/** A picture that a mail's HTML shows by its content id. */
export type MailImage = z.infer<typeof mailImages>[number];

/** What a delivery brings; the store adds the rest. */
export type DeliveredMail = Omit<KeptMail, 'id' | 'deliveries'> & { readonly images?: readonly MailImage[] };

/** The mails of one inbox. */
export type MailStore = {
  /** Keeps a mail, or counts one more delivery of the mail with the same Message-ID. */
  readonly deliver: (mail: DeliveredMail) => KeptMail;
  /** Newest first. */
  readonly list: () => readonly KeptMail[];
  readonly find: (id: string) => KeptMail | undefined;
  /** Read when they are shown: mails are listed often, and their pictures are most of their bytes. */
  readonly images: (id: string) => readonly MailImage[];
};

/**
 * Opens the store in `folder` (mode 0700; a file for each mail and one for its
 * pictures, mode 0600). At most `mostMails` are kept; the oldest go first.
 */
export function openMailStore(folder: string, mostMails: number): MailStore {
  ensurePrivateFolder(folder);
  const mails = new Map(readMails(folder).map((mail) => [mail.id, mail]));
  const save = (mail: KeptMail): void => {
    const path = join(folder, `${mail.id}.json`);
    writePrivateFile(path, JSON.stringify(mail));
    mails.set(mail.id, mail);
  };
  const imagesPath = (id: string): string => join(folder, `${id}.images`);
  const dropOldest = (): void => {
    for (const id of mails.keys()) {
      if (mails.size <= mostMails) return;
      mails.delete(id);
      rmSync(join(folder, `${id}.json`), { force: true });
      rmSync(imagesPath(id), { force: true });
    }
  };
  return {
    deliver: ({ images = [], ...delivered }) => {
      const id = mailId(delivered.messageId);
      const earlier = mails.get(id);
      const mail =
        earlier === undefined
          ? { ...delivered, id, deliveries: 1 }
          : { ...earlier, deliveries: earlier.deliveries + 1 };
      // Before the mail: what is listed can be shown.
      if (earlier === undefined && images.length > 0)
        writePrivateFile(imagesPath(id), JSON.stringify(images));
      save(mail);
      dropOldest();
      return mail;
    },
    list: () => [...mails.values()].toReversed(),
    find: (id) => mails.get(id),
    images: (id) => readImages(imagesPath(id)),
  };
}

/** A file name made from the Message-ID; a mail without one is like no other. */
function mailId(messageId: string): string {
  const source = messageId === '' ? randomUUID() : messageId;
  return createHash('sha256').update(source).digest('hex').slice(0, 24);
}

function readImages(path: string): readonly MailImage[] {
  if (!existsSync(path)) return [];
  const parsed = mailImages.safeParse(parseJson(readFileSync(path, 'utf8')));
  return parsed.success ? parsed.data : [];
}

function readMails(folder: string): readonly KeptMail[] {
  const mails: KeptMail[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
    const parsed = keptMail.safeParse(parseJson(readFileSync(join(folder, name), 'utf8')));
    if (parsed.success) mails.push(parsed.data);
  }
  return mails.sort((one, other) => one.receivedAt.localeCompare(other.receivedAt));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

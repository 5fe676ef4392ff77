import { loadConfig, port, runWorker, workerFields } from '@weir/runtime';
import { z } from 'zod';
import { startInbox } from './start-inbox.ts';

const configSchema = z.object({
  ...workerFields,
  INBOX_DIR: z.string().describe('Where mails are kept.'),
  SMTP_PORT: port().describe('The loopback port that takes mail.'),
});

await runWorker({
  name: 'inbox',
  start: async () => {
    const config = loadConfig(configSchema, process.env, { secrets: [] });
    const inbox = await startInbox({
      folder: config.INBOX_DIR,
      smtpPort: config.SMTP_PORT,
      httpPort: config.HTTP_PORT,
      now: () => new Date(),
    });
    // An inbox never runs out of work: only its stop ends it.
    const done = Promise.withResolvers<void>();
    return { done: done.promise, stop: () => inbox.stop().finally(done.resolve) };
  },
});

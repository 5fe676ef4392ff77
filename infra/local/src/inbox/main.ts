import {
  crossFieldCheck,
  loadConfig,
  port,
  runWorker,
  secretFile,
  textFile,
  workerFields,
} from '@weir/runtime';
import { z } from 'zod';
import { startInbox } from './start-inbox.ts';

const configSchema = z
  .object({
    ...workerFields,
    INBOX_DIR: z.string().describe('Where mails are kept.'),
    SMTP_HOST: z.string().default('127.0.0.1').describe('Where mail is taken.'),
    SMTP_PORT: port().describe('The port that takes mail.'),
    SMTP_TLS_CERT_FILE: textFile().optional().describe('What the inbox shows itself with (PEM).'),
    SMTP_TLS_KEY_FILE: secretFile().optional().describe('The private key of the certificate (PEM).'),
  })
  .check(
    crossFieldCheck((given) => {
      const problems = [...given.together('SMTP_TLS_CERT_FILE', 'SMTP_TLS_KEY_FILE')];
      if (given.value('SMTP_HOST') !== '127.0.0.1' && !given.has('SMTP_TLS_CERT_FILE')) {
        problems.push({ variable: 'SMTP_TLS_CERT_FILE', message: 'is needed off this machine' });
      }
      return problems;
    }),
  );

await runWorker({
  name: 'inbox',
  start: async () => {
    const config = loadConfig(configSchema, process.env, { secrets: [] });
    const inbox = await startInbox({
      folder: config.INBOX_DIR,
      smtpHost: config.SMTP_HOST,
      smtpPort: config.SMTP_PORT,
      certificate: certificateOf(config.SMTP_TLS_CERT_FILE, config.SMTP_TLS_KEY_FILE),
      httpHost: config.HTTP_HOST,
      httpPort: config.HTTP_PORT,
      now: () => new Date(),
    });
    // An inbox never runs out of work: only its stop ends it.
    const done = Promise.withResolvers<void>();
    return { done: done.promise, stop: () => inbox.stop().finally(done.resolve) };
  },
});

function certificateOf(certPem: string | undefined, keyPem: string | undefined) {
  return certPem === undefined || keyPem === undefined ? undefined : { certPem, keyPem };
}

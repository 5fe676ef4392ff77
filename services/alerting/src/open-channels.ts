import type { KeyObject } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import { resolveRuleset } from '@weir/rules';
import type { z } from 'zod';
import type { Channel } from './channel.ts';
import type { alertingConfig } from './config.ts';
import { createMailChannel } from './mail/mail-channel.ts';
import { renderMail } from './mail/render-mail.ts';
import { readSmtpUrl } from './mail/smtp-url.ts';
import { createWebhookChannel } from './webhook/webhook-channel.ts';

type Config = Readonly<z.output<typeof alertingConfig>>;

/** The channels that are configured, the channel of record first. The secrets are those of the moment. */
export function openChannels(config: Config, webhookSecrets: () => readonly KeyObject[]): readonly Channel[] {
  const webhook = webhookChannel(config, webhookSecrets);
  return webhook === undefined ? [mailChannel(config)] : [mailChannel(config), webhook];
}

function mailChannel(config: Config): Channel {
  const smtp = readSmtpUrl(config.SMTP_URL);
  if (!smtp.ok) throw new WeirError('config_invalid', `SMTP_URL: ${smtp.problem}`);
  return createMailChannel({
    address: smtp.address,
    from: config.MAIL_FROM,
    recipients: config.MAIL_TO,
    maxConnections: config.MAIL_MAX_CONNECTIONS,
    timeoutMs: config.MAIL_TIMEOUT_MS,
    render: (notice) =>
      renderMail(notice, { environment: config.WEIR_ENVIRONMENT, rulesetOf: resolveRuleset }),
  });
}

function webhookChannel(config: Config, secrets: () => readonly KeyObject[]): Channel | undefined {
  if (config.WEBHOOK_URL === undefined) return undefined;
  return createWebhookChannel({
    url: config.WEBHOOK_URL,
    secrets,
    timeoutMs: config.WEBHOOK_TIMEOUT_MS,
    allow: config.WEBHOOK_ALLOW_PRIVATE,
    ca: config.WEBHOOK_CA_FILE,
    environment: config.WEIR_ENVIRONMENT,
    rulesetOf: resolveRuleset,
    now: Date.now,
  });
}

import { createSecretKey, randomBytes } from 'node:crypto';
import { testHttpChannel } from '../fixtures/http-channel-suite.ts';
import { testRuleset } from '../fixtures/sample-transactions.ts';
import { createOcsfHttpChannel } from './ocsf/ocsf-http-channel.ts';
import { createPagerDutyChannel } from './pagerduty/pagerduty-channel.ts';
import { createSlackChannel } from './slack/slack-channel.ts';
import { createTeamsChannel } from './teams/teams-channel.ts';
import { createWebhookChannel } from './webhook/webhook-channel.ts';

const rulesetOf = () => testRuleset;
const secret = randomBytes(32);
const routingKey = 'R0UT1NGKEY'.padEnd(32, '0');
const token = 'bearer-token-of-the-collector';

testHttpChannel({
  name: 'webhook',
  minTls: 'TLSv1.3',
  open: (receiver) =>
    createWebhookChannel({ ...receiver, secrets: () => [createSecretKey(secret)], rulesetOf }),
  secrets: [secret.toString('base64')],
  doublesBy: ({ headers }) => headers['webhook-id'],
});

testHttpChannel({
  name: 'slack',
  minTls: 'TLSv1.2',
  open: (receiver) => createSlackChannel({ ...receiver, rulesetOf }),
  doublesBy: ({ body }) => /key-\d+-tested/.exec(body)?.[0],
});

testHttpChannel({
  name: 'teams',
  minTls: 'TLSv1.2',
  open: (receiver) => createTeamsChannel({ ...receiver, rulesetOf }),
  doublesBy: ({ body }) => /key-\d+-tested/.exec(body)?.[0],
});

testHttpChannel({
  name: 'pagerduty',
  minTls: 'TLSv1.2',
  open: (receiver) => createPagerDutyChannel({ ...receiver, routingKey, rulesetOf }),
  secrets: [routingKey],
  doublesBy: ({ body }) => (JSON.parse(body) as { dedup_key?: string }).dedup_key,
});

testHttpChannel({
  name: 'ocsf',
  minTls: 'TLSv1.2',
  open: (receiver) => createOcsfHttpChannel({ ...receiver, token }),
  secrets: [token],
  doublesBy: ({ headers }) => headers['idempotency-key'],
});

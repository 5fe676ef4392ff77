import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadRoutes } from './load-routes.ts';
import type { LoadedRoutes, LoadOutcome, RoutesSource } from './load-routes.ts';
import { openRoutes } from './routes-in-force.ts';

const folder = mkdtempSync(join(tmpdir(), 'weir-routes-'));
after(() => rmSync(folder, { recursive: true }));

/** Writes a file that its owner alone may use, and answers where. */
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
  return path;
}
const secret = (): string => `whsec_${randomBytes(32).toString('base64')}\n`;

const context = {
  relay: {
    address: { host: '127.0.0.1', port: 2525, implicitTls: false, isLoopback: true, credentials: undefined },
    from: 'weir@bank.example',
    maxConnections: 2,
    timeoutMs: 5_000,
  },
  hostname: 'weir-1',
  now: () => 0,
};
const fromFile = (text: string): RoutesSource => ({ kind: 'file', path: file('routes.yaml', text) });

function loaded(outcome: LoadOutcome): LoadedRoutes {
  if (!outcome.ok) assert.fail(outcome.problems.join('\n'));
  for (const channel of outcome.routes.channels.values()) channel.close();
  return outcome.routes;
}
const problemsOf = (outcome: LoadOutcome): readonly string[] =>
  outcome.ok ? assert.fail('it was taken') : outcome.problems;

const everyKind = (): string => `receivers:
  - { id: analysts, channel: mail, to: [night@bank.example, day@bank.example] }
  - { id: console, channel: webhook, url: "https://hooks.bank.example/weir", secretsFile: ${file('hook', secret())} }
  - { id: chat, channel: slack, urlFile: ${file('slack', 'https://hooks.slack.com/services/T/B/x\n')} }
  - { id: team, channel: teams, urlFile: ${file('teams', 'https://bank.webhook.office.com/x\n')} }
  - { id: pager, channel: pagerduty, routingKeyFile: ${file('pager', 'a'.repeat(32))}, timeoutSeconds: 9 }
  - { id: siem, channel: syslog, host: siem.bank.example }
  - { id: lake, channel: ocsf, url: "https://lake.bank.example/findings", tokenFile: ${file('token', 'abc')} }
routes:
  - { id: all, to: [analysts, console, chat, team, pager, siem, lake] }
`;

test('A document of every kind of channel gives each receiver its channel, and mails a target per address', () => {
  const { routing, channels } = loaded(loadRoutes(fromFile(everyKind()), context));
  assert.deepEqual(
    [...channels].map(([id, { receiverId, name }]) => [id, receiverId, name]),
    routing.receivers.map(({ id, channel }) => [id, id, channel]),
  );
  assert.equal(channels.get('analysts')?.targets.length, 2);
  assert.equal(channels.get('pager')?.timeoutMs, 9_000);
});

test('A problem says its line and column, its field and what is expected, and never what stands there', () => {
  const problems = problemsOf(
    loadRoutes(fromFile('receivers:\n  - id: a\n    channel: pigeon\nroutes: []\n'), context),
  );
  assert.match(problems.join('\n'), /^ROUTES_FILE, line 3, column 14: receivers\.0\.channel: /m);
  assert.match(problems.join('\n'), /^ROUTES_FILE, line 4, column 9: routes: /m);
  assert.doesNotMatch(problems.join('\n'), /pigeon/);
  assert.match(
    problemsOf(loadRoutes(fromFile('receivers: [\n'), context))[0] ?? '',
    /^ROUTES_FILE, line \d+, column \d+: /,
  );
});

test('What stands outside of the document is checked too, and named by its field', () => {
  const url = 'https://secret.bank.example/path-of-a-secret';
  const one = (fields: string): readonly string[] =>
    problemsOf(
      loadRoutes(fromFile(`receivers:\n  - ${fields}\nroutes:\n  - { id: all, to: [a] }\n`), context),
    );
  const shared = file('shared', secret());
  chmodSync(shared, 0o640);
  assert.match(
    one(`{ id: a, channel: webhook, url: "${url}", secretsFile: ${shared} }`).join(),
    /line 2, column \d+: receivers\.0\.secretsFile: others may use this file/,
  );
  assert.match(
    one(`{ id: a, channel: webhook, url: "${url}", secretsFile: ${file('short', 'whsec_QUJD')} }`).join(),
    /receivers\.0\.secretsFile: expected a file with 1 to 4 lines/,
  );
  assert.match(
    one(`{ id: a, channel: slack, urlFile: ${join(folder, 'none')} }`).join(),
    /urlFile: .*ENOENT/,
  );
  const inside = one(
    `{ id: a, channel: slack, urlFile: ${file('inside', 'https://169.254.169.254/x')} }`,
  ).join();
  assert.match(inside, /receivers\.0\.urlFile: the address is private or reserved/);
  assert.doesNotMatch(inside, /169\.254/);
  assert.match(
    one(`{ id: a, channel: webhook, secretsFile: ${file('ok', secret())} }`).join(),
    /receivers\.0: url or urlFile is missing/,
  );
  for (const [what, text] of [
    ['two lines', 'abc\ndef\n'],
    ['nothing to be seen', ' \n'],
    ['a letter that no header takes', 'abc\u2013def'],
  ] as const) {
    const key = file('key', text);
    const lake = `{ id: a, channel: ocsf, url: "https://lake.bank.example/", tokenFile: ${key} }`;
    assert.match(one(lake).join(), /receivers\.0\.tokenFile: expected one line/, what);
    assert.match(
      one(`{ id: a, channel: pagerduty, routingKeyFile: ${key} }`).join(),
      /receivers\.0\.routingKeyFile: expected one line/,
      what,
    );
  }
  const noRelay = loadRoutes(
    fromFile(
      'receivers:\n  - { id: a, channel: mail, to: [a@b.example] }\nroutes:\n  - { id: all, to: [a] }\n',
    ),
    { ...context, relay: undefined },
  );
  assert.match(problemsOf(noRelay).join(), /receivers\.0\.channel: mails need SMTP_URL and MAIL_FROM/);
});

test('Without a document the variables make one, and a problem names the variable', () => {
  const secretsFile = file('env', secret());
  const environment = (url: string): RoutesSource => ({
    kind: 'environment',
    receivers: { mailTo: ['analyst@bank.example'], webhook: { url, secretsFile } },
  });
  const { channels } = loaded(loadRoutes(environment('https://hooks.bank.example/'), context));
  assert.deepEqual([...channels.keys()], ['mail', 'webhook']);
  assert.deepEqual(problemsOf(loadRoutes(environment('https://127.0.0.1/'), context)), [
    'WEBHOOK_URL: the address is private or reserved, and not among those that are allowed',
  ]);
});

test('A reload takes a new document, and keeps the one in force where the new one can not be taken', () => {
  const told: string[] = [];
  const path = file('reloaded.yaml', everyKind());
  const routes = openRoutes({
    source: { kind: 'file', path },
    context,
    onLoaded: ({ sha256 }) => void told.push(sha256),
  });
  const before = routes.current();
  file('reloaded.yaml', everyKind().replace('id: all', 'id: 7'));
  assert.throws(routes.reload, { code: 'config_invalid', message: /line 10, column 11: routes\.0\.id: / });
  assert.equal(routes.current(), before);
  file('reloaded.yaml', everyKind().replace('id: all', 'id: everything'));
  routes.reload();
  assert.equal(routes.current().routing.routes[0]?.id, 'everything');
  assert.equal(told.length, 2);
  assert.notEqual(told[0], told[1]);
  routes.close();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultRouting } from './default-routing.ts';
import { readMatch, readRouting } from './read-routing.ts';

const mail = { id: 'desk', channel: 'mail', to: ['desk@bank.example'] };
const pager = { id: 'pager', channel: 'pagerduty', routingKeyFile: 'pagerduty.key' };
const all = { id: 'all', to: ['desk'] };
const document = { receivers: [mail], routes: [all] };

/** "path: message" of everything that is wrong. */
const problemsOf = (body: unknown): readonly string[] => {
  const read = readRouting(body);
  return read.ok ? [] : read.problems.map(({ path, message }) => `${path}: ${message}`);
};
const withRoutes = (...routes: readonly object[]): object => ({ ...document, routes });

test('A receiver and a route are enough, and what is not said has its default', () => {
  const read = readRouting(document);
  assert.ok(read.ok);
  assert.deepEqual(read.routing.episode, { quietMinutes: 60, mostHours: 24 });
  assert.deepEqual(read.routing.cases, { counterpartyDays: 7, ruleAccounts: 3, ruleMinutes: 60 });
  assert.deepEqual(read.routing.routes, [{ ...all, groupBy: 'account', continue: false }]);
});

test('The document for those who have written none can be taken', () => {
  const webhook = { url: 'https://soc.example/alerts', secretsFile: 'webhook.secrets' };
  for (const given of [
    { mailTo: ['desk@bank.example'] },
    { mailTo: ['desk@bank.example'], webhook },
    { mailTo: [], webhook },
  ])
    assert.deepEqual(problemsOf(defaultRouting(given)), []);
});

test('Names that there are not are told with their place', () => {
  const quietHours = { schedule: 'nights' };
  const match = { accountGroups: ['vip'], during: 'office' };
  assert.deepEqual(
    problemsOf(
      withRoutes(
        { id: 'vip', match, to: ['nobody'], quietHours, escalate: [{ afterMinutes: 5, to: ['boss'] }] },
        all,
      ),
    ),
    [
      'routes.0.match.accountGroups.0: no account group is named vip',
      'routes.0.match.during: no schedule is named office',
      'routes.0.to.0: no receiver is named nobody',
      'routes.0.escalate.0.to.0: no receiver is named boss',
      'routes.0.quietHours.schedule: no schedule is named nights',
    ],
  );
});

test('A name of what every object has is not taken for one of the document', () => {
  assert.deepEqual(problemsOf(withRoutes({ ...all, match: { accountGroups: ['constructor'] } }, all)), [
    'routes.1.id: all stands here already',
    'routes.0.match.accountGroups.0: no account group is named constructor',
  ]);
});

test('The last route has to take every alert', () => {
  assert.deepEqual(problemsOf(withRoutes({ ...all, match: { severityAtLeast: 'high' } })), [
    'routes.0: the last route takes what no other does: leave out its match, so that no alert is lost',
  ]);
  assert.deepEqual(problemsOf(withRoutes({ ...all, match: {} })), []);
});

test('A route that another one always takes everything from is refused', () => {
  const first = (match: object) => ({ id: 'first', match, to: ['desk'] });
  const second = (match: object) => ({ id: 'second', match, to: ['desk'] });
  const isRefused = (one: object, other: object): boolean =>
    problemsOf(withRoutes(first(one), second(other), all)).includes(
      'routes.1: never reached: first takes all of it before',
    );
  assert.equal(isRefused({ severityAtLeast: 'medium' }, { severityAtLeast: 'high' }), true);
  assert.equal(isRefused({ severityAtLeast: 'high' }, { severityOf: ['critical'], rules: ['one'] }), true);
  assert.equal(isRefused({ rules: ['one', 'two'] }, { rules: ['two'] }), true);
  assert.equal(isRefused({ amountMinorAtLeast: { EUR: 100 } }, { amountMinorAtLeast: { EUR: 100 } }), true);
  assert.equal(isRefused({ severityAtLeast: 'high' }, { severityAtLeast: 'medium' }), false);
  assert.equal(isRefused({ rules: ['one'] }, { rules: ['one', 'two'] }), false);
  assert.equal(isRefused({ amountMinorAtLeast: { EUR: 100 } }, { amountMinorAtLeast: { USD: 200 } }), false);
  assert.equal(isRefused({ verdict: 'held' }, { severityAtLeast: 'high' }), false);
  assert.equal(problemsOf(withRoutes(all, { ...all, id: 'more' })).length, 1);
});

test('A route that continues leaves what is behind it reachable, but no receiver in both', () => {
  const paging = { id: 'paging', to: ['pager'], continue: true };
  assert.deepEqual(problemsOf({ receivers: [mail, pager], routes: [paging, all] }), []);
  assert.deepEqual(
    problemsOf({
      receivers: [mail, pager],
      routes: [paging, { ...all, escalate: [{ afterMinutes: 5, to: ['pager'] }] }],
    }),
    ['routes.1: paging continues, so that pager could be told twice: name it in one of the two'],
  );
});

test('What no alert can be is refused', () => {
  const told = (match: object) => problemsOf(withRoutes({ ...all, id: 'some', match }, all))[0];
  const beginning = 'routes.0.match: no alert is like this: ';
  assert.equal(
    told({ severityAtLeast: 'high', severityOf: ['low'] }),
    `${beginning}no severity is both severityAtLeast and one of severityOf`,
  );
  assert.equal(
    told({ codes: ['not_sealed'], rules: ['large_amount'] }),
    `${beginning}a refused record has codes, but no rules`,
  );
  assert.equal(
    told({ codes: ['not_sealed'], kinds: ['unusual_transactions'] }),
    `${beginning}codes are of refused records, which kinds leaves out`,
  );
  assert.equal(told({ codes: ['not_sealed'], kinds: ['refused_record'] }), undefined);
});

test('Times that can not be are refused: zones, spans without length, quiet without end, reminders that shrink', () => {
  const problems = problemsOf({
    ...document,
    schedules: {
      moon: { timeZone: 'Moon/Tranquility', times: [{ from: '08:00', to: '08:00' }] },
      always: { timeZone: 'UTC', times: [{ from: '00:00', to: '24:00' }] },
    },
    routes: [
      {
        ...all,
        quietHours: { schedule: 'always' },
        repeat: { afterMinutes: 60, mostMinutes: 30 },
        escalate: [
          { afterMinutes: 30, to: ['desk'] },
          { afterMinutes: 30, to: ['desk'] },
        ],
      },
    ],
  });
  assert.deepEqual(problems, [
    'routes.0.escalate.1.afterMinutes: later than the step before it',
    'routes.0.repeat.mostMinutes: at least afterMinutes',
    'schedules.moon.timeZone: no time zone is named so; expected one such as Europe/Amsterdam',
    'schedules.moon.times.0.to: not the same as from',
    'routes.0.quietHours.schedule: never ends: nobody would be told',
  ]);
});

test('A digest has no waits, reminders or escalations beside it', () => {
  const digest = { at: ['08:00'], timeZone: 'UTC' };
  assert.deepEqual(problemsOf(withRoutes({ ...all, digest })), []);
  assert.deepEqual(problemsOf(withRoutes({ ...all, digest, waitSeconds: 5, repeat: { afterMinutes: 5 } })), [
    'routes.0.waitSeconds: a digest comes at its own times: leave it out',
    'routes.0.repeat: a digest comes at its own times: leave it out',
  ]);
});

test('A secret that is written into the document is sent where it belongs, and not repeated', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const slack = { id: 'chat', channel: 'slack', url: `https://hooks.slack.example/${secret}` };
  const webhook = { id: 'soc', channel: 'webhook', url: 'https://soc.example', secret };
  const paged = { ...pager, routingKey: secret };
  const problems = problemsOf({ ...document, receivers: [mail, slack, webhook, paged] });
  assert.deepEqual(problems, [
    'receivers.1.urlFile: is missing',
    'receivers.1.url: this URL is a secret: write it to a file and name the file by urlFile',
    'receivers.2.secretsFile: is missing',
    'receivers.2.secret: a secret stands in a file of its own: name it by secretsFile',
    'receivers.3.routingKey: the key stands in a file of its own: name it by routingKeyFile',
  ]);
});

test('A URL comes from one place', () => {
  const webhook = { id: 'soc', channel: 'webhook', secretsFile: 'secrets' };
  assert.deepEqual(problemsOf({ ...document, receivers: [mail, webhook] }), [
    'receivers.1: url or urlFile is missing',
  ]);
  const both = { ...webhook, url: 'https://soc.example', urlFile: 'url' };
  assert.deepEqual(problemsOf({ ...document, receivers: [mail, both] }), [
    'receivers.1.urlFile: url or urlFile, not both',
  ]);
});

test('Wrong shapes are told in words, each with its place', () => {
  assert.deepEqual(
    problemsOf({
      receivers: [
        { ...mail, to: ['nobody'] },
        { id: 'x', channel: 'fax' },
      ],
      routes: [{ ...all, wait: 5, groupBy: 'moon', waitSeconds: '5' }],
      accountGroups: { vip: ['NL91ABNA0417164300'] },
      schedules: { office: { timeZone: 'UTC', times: [{ from: '8:00', to: '18:00' }] } },
    }),
    [
      'accountGroups.vip.0: expected a pseudonym such as a1_…, never an account number',
      'receivers.0.to.0: expected a mail address',
      'receivers.1.channel: expected one of mail, webhook, slack, teams, pagerduty, syslog, ocsf',
      'routes.0.groupBy: expected one of alert, account, case, rule, counterparty, tenant, route',
      'routes.0.waitSeconds: expected a number',
      'routes.0.wait: no field is named so here',
      'schedules.office.times.0.from: expected a time of day: "08:30", in quotes',
    ],
  );
});

test('Conditions of a silence are those of a route, and have to keep less than everything quiet', () => {
  const routing = { accountGroups: {}, schedules: {} };
  assert.deepEqual(readMatch({ rules: ['large_amount'] }, routing), {
    ok: true,
    match: { rules: ['large_amount'] },
  });
  const refused = (body: unknown) => {
    const read = readMatch(body, routing);
    return read.ok ? [] : read.problems.map(({ path, message }) => `${path}: ${message}`);
  };
  assert.deepEqual(refused({}), [': say what shall be kept quiet: this is every alert']);
  assert.deepEqual(refused({ during: 'nights' }), ['during: no schedule is named nights']);
  assert.deepEqual(refused({ owner: 'ann' }), ['owner: no field is named so here']);
});

test('Whatever it is given, it never throws', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (body, part) => {
      readRouting(body);
      readRouting({ ...document, routes: [part], schedules: body });
      readMatch(body, { accountGroups: {}, schedules: {} });
    }),
    { numRuns: 300 },
  );
});

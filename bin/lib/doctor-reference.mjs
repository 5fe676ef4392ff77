import { catalogue } from '../../packages/cli/src/doctor/catalogue.ts';
import { limits } from '../../packages/cli/src/doctor/limits.ts';
import {
  bytesPerAccount,
  bytesPerRecord,
  headroom,
  neededMemoryBytes,
} from '../../packages/cli/src/doctor/window-memory.ts';
import { markdownTable } from './markdown-table.mjs';

const areas = {
  machine: 'The machine',
  clock: 'The clock',
  broker: 'The broker',
  topics: 'The topics',
  log: 'The log',
  groups: 'The consumer groups',
  redis: 'Redis',
  kms: 'The KMS',
  mail: 'Mails',
  webhook: 'The webhook',
  learning: 'Learning',
  audit: 'The audit trail',
  door: 'The HTTP door',
  alerts: 'The API of alerts',
  replay: 'Replays',
};

const inGibibytes = (bytes) => `${(bytes / 1_073_741_824).toFixed(1)} GiB`;

/** The most memory that windows are planned with in the examples: accounts, and records of each that the log keeps. */
const examples = [
  [10_000, 50],
  [100_000, 100],
  [1_000_000, 50],
  [1_000_000, 1_000],
];

/** docs/operations/doctor.md, from the doctor's own catalogue and limits. Throws where an area has no heading. */
export function doctorPage() {
  const byArea = Object.groupBy(Object.entries(catalogue), ([name]) => name.slice(0, name.indexOf('.')));
  for (const area of Object.keys(byArea)) {
    if (!(area in areas)) throw new TypeError(`bin/lib/doctor-reference.mjs has no heading for ${area}.`);
  }
  return [
    '# weir doctor',
    'The first thing to run where something seems wrong, after an installation, and after a change of brokers, Redis or keys. It looks at the machine and at every part, says what is not well, and how each is mended in one sentence or one command. This page is generated from the code.',
    '```sh\nnpx weir doctor\nnpx weir doctor --json\n```',
    'It looks at the local stack in all its roles. Where `KMS_KEYS` or `KMS_KEYS_FILE` is set it looks at what these variables point to instead: give it the environment of a worker, and its role:',
    '```sh\nenv $(cat detection.env) npx weir doctor --role detection\n```',
    'It ends with 0 where nothing fails and with 1 where something does; warnings do not count. `--json` prints `{ ok, checks: [{ id, area, status, what, mend? }] }`, with a status of `ok`, `warn`, `fail` or `skipped`. What is not configured is skipped, with the reason.',
    `It changes nothing and shows no secret. The log is read by a consumer group that ends with the reading; the KMS is asked for data keys that are dropped unseen, and for a signature by each signing key over a text that is neither checkpoint nor manifest. Making and changing keys cannot be tried without doing it: on a laptop the list of callers is read instead, elsewhere read the key policies. Where nobody who is looked at can seal with a key, opening is tried with bytes that are no ciphertext, and an answer that says so is taken for leave: that proves less than a ciphertext would, and \`log.name\` really opens a record. Each probe has ${limits.probeMs / 1_000} seconds; one that gives no answer fails alone.`,
    "Kafka's own tools, which it names to mend topics, take from a file how to prove oneself: where TLS or a password is used, the line has `--command-config client.properties`, which holds `security.protocol`, `ssl.truststore.location` and, with a password, `sasl.mechanism` and `sasl.jaas.config`, for a user who may change topics. What is wrong inside server.properties takes a restart: Kafka refuses to change these settings while it runs.",
    ...Object.entries(areas).flatMap(([area, heading]) => [
      `## ${heading}`,
      markdownTable(
        ['Check', 'Looks at', 'Warns', 'Fails'],
        (byArea[area] ?? []).map(([name, { looksAt, warns, fails }]) => [
          `\`${name}\``,
          looksAt,
          warns,
          fails,
        ]),
      ),
    ]),
    '## How much memory Redis needs',
    `\`maxmemory ≥ ${headroom} × (${bytesPerRecord} × records + ${bytesPerAccount} × accounts)\` bytes`,
    `Records are those the log keeps (its transactions per day times its retention in days), accounts those they belong to. The two numbers come from [what was measured](../performance.md) and from the [layout of the windows](../adr/0010-windows-in-buckets-and-segments.md): a record took 44 bytes where an account has a thousand, 53 where it has fifty, and 52 to 80 where it has ten; the formula gives 44.5, 53.6 and 92. The factor of ${headroom} is for fragmentation and for the pages that a rewrite of the append-only file copies. While the windows of another plan are filled beside those in force, both are in memory: double it.`,
    markdownTable(
      ['Accounts', 'Records of each', 'maxmemory'],
      examples.map(([accounts, each]) => [
        accounts.toLocaleString('en-GB'),
        each.toLocaleString('en-GB'),
        inGibibytes(neededMemoryBytes({ accounts, records: accounts * each })),
      ]),
    ),
    'The doctor counts the records in the log and takes fifty for an account; `--accounts` says how many accounts there are.',
  ];
}

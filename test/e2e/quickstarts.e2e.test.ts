import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { repositoryRoot } from '@weir/local';
import { firstMissing, readBlocks } from './page-commands.ts';
import { runShell } from './run-shell.ts';
import { weirIn } from './weir-command.ts';

const folder = 'docs/quickstarts';
const pages = readdirSync(join(repositoryRoot, folder)).filter((name) => name.endsWith('.md'));

/** Where a page says a part is reached, and the part's name in `weir status`: here each has a port of its own. */
const pageAddresses: Readonly<Record<string, string>> = {
  'http://127.0.0.1:11080': 'INBOX_URL',
  'http://127.0.0.1:19100': 'INGEST_URL',
  'http://127.0.0.1:19101': 'DETECTION_URL',
  'http://127.0.0.1:19102': 'ALERTING_URL',
  'https://127.0.0.1:18443': 'DOOR_URL',
  '127.0.0.1:19092': 'KAFKA_BROKERS',
};

const weir = weirIn();
let addresses: Record<string, string> = {};

before(async () => {
  const up = await weir.run('up');
  assert.equal(up.code, 0, up.stderr);
  addresses = ((await weir.json('status', '--json')) as { addresses: Record<string, string> }).addresses;
  // What "npm start" does before a reader comes to these pages.
  const day = await weir.run('simulate');
  assert.equal(day.code, 0, day.stdout + day.stderr);
});
after(async () => {
  assert.equal((await weir.run('down')).code, 0);
});

/** What npx would start, without the time it takes to find it out for each of so many commands. */
const prelude = `npx() { shift; node packages/cli/src/main.ts "$@"; }`;
const marker = '@@ end of block';

for (const page of pages) {
  test(`every command of ${page} does what the page says`, async () => {
    const blocks = readBlocks(`${folder}/${page}`);
    assert.ok(blocks.length > 0, 'the page has commands');
    // One shell for the page: its later commands use what the earlier ones have set.
    const script = blocks.map(({ commands }) => `${here(commands)}\necho '${marker}'`).join('\n');
    const { code, output } = await runShell(`${prelude}\n${script}`, {
      env: { WEIR_HOME: weir.home, WEIR_PORT_BASE: '0' },
      timeoutMs: 120_000,
    });
    const outputs = output.split(`${marker}\n`);
    for (const [index, block] of blocks.entries()) {
      const printed = outputs[index] ?? '';
      const place = `${folder}/${page}:${block.line}`;
      assert.ok(index < outputs.length - 1, `${place} ended with ${code}:\n${block.commands}\n${printed}`);
      const missing = firstMissing(block.shown.map(here), printed);
      assert.equal(missing, undefined, `${place} shows what wasn't printed:\n${printed}`);
    }
    assert.equal(code, 0);
  });
}

test('every command that the runbooks have somebody look with can be given', async () => {
  const runbooks = readdirSync(join(repositoryRoot, 'docs/runbooks'));
  const lines = runbooks
    .flatMap((name) => readBlocks(`docs/runbooks/${name}`))
    .flatMap(({ commands }) => commands.split('\n'));
  // The pages have many of them in common.
  const { code, output } = await runShell([prelude, ...new Set(lines)].map(here).join('\n'), {
    env: { WEIR_HOME: weir.home, WEIR_PORT_BASE: '0' },
    timeoutMs: 120_000,
  });
  assert.equal(code, 0, output);
});

test('every weir command that a page names exists', async () => {
  const named = globSync('{README.md,docs/**/*.md}', { cwd: repositoryRoot }).flatMap((page) =>
    [...readFileSync(join(repositoryRoot, page), 'utf8').matchAll(/npx weir ([a-z]+)(?: ([a-z]+))?/g)].map(
      ([, command = '', sub = '']) => ({ page, command, sub }),
    ),
  );
  const commands = await commandsIn();
  const unknown = named.filter(({ command }) => !commands.has(command));
  assert.deepEqual(unknown, []);
  for (const command of ['windows', 'keys', 'tokens', 'audit', 'deadletters'].filter((one) =>
    commands.has(one),
  )) {
    const subs = await commandsIn(command);
    const wrong = named.filter((one) => one.command === command && one.sub !== '' && !subs.has(one.sub));
    assert.deepEqual(wrong, []);
  }
});

/** The commands that a help lists. */
async function commandsIn(...command: readonly string[]): Promise<ReadonlySet<string>> {
  const { stdout } = await weir.run(...command, '--help');
  const list = stdout.slice(stdout.indexOf('Commands:'));
  return new Set([...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name));
}

/** A command as it has to be given here: this stack has its own home and its own ports. */
function here(text: string): string {
  const moved = Object.entries(pageAddresses).reduce(
    (line, [shown, name]) => line.replaceAll(shown, addresses[name] ?? shown),
    text,
  );
  const elsewhere = /127\.0\.0\.1:(?!…)\d+/g;
  const known = Object.values(addresses).join(' ');
  for (const [address] of moved.matchAll(elsewhere)) {
    assert.ok(known.includes(address), `${address} on a page is the address of no part`);
  }
  return moved.replaceAll(/(?<![\w/])\.weir\//g, `${weir.home}/`);
}

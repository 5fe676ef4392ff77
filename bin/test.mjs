#!/usr/bin/env node
// Runs the tests: all of them, those of one tier (--unit), or those whose path
// contains a text (--only kafka). Property tests draw the same cases each time, or
// others (--seed random, --seed 42).
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { SetupError, nodeBinary, repositoryRoot, runMain, toolEnvironment } from './lib/repository.mjs';
import { runCommand } from './lib/run-command.mjs';
import { installPackages } from './lib/set-up.mjs';
import { startSharedParts } from './lib/shared-parts.mjs';
import { findTestFiles, tierNames } from './lib/test-files.mjs';

// In one process where no test touches the outside, which is many times faster
// than a process for each file; two files at once on the two cores this is made for.
const inOneProcess = ['--test-isolation=none'];
// A test that fails may leave a connection open; its file must not wait for it for ever.
const apart = ['--test-isolation=process', '--test-force-exit'];
const twoAtOnce = [...apart, '--test-concurrency=2'];
const oneByOne = [...apart, '--test-concurrency=1'];

/** How the files of each tier are run, and whether they need a broker and a Redis. */
const ways = {
  unit: { isolation: inOneProcess, timeoutMs: 60_000, shared: false },
  property: { isolation: inOneProcess, timeoutMs: 120_000, shared: false },
  integration: { isolation: twoAtOnce, timeoutMs: 180_000, shared: true },
  e2e: { isolation: oneByOne, timeoutMs: 900_000, shared: true },
};

await runMain(async () => {
  const { values } = parseArgs({
    options: { unit: { type: 'boolean' }, only: { type: 'string' }, seed: { type: 'string', default: '1' } },
  });
  const seed = readSeed(values.seed);
  await installPackages();
  const chosen = chooseFiles(values);
  const needsShared = tierNames.some((tier) => ways[tier].shared && chosen[tier].length > 0);
  const totals = { passed: 0, failed: 0, skipped: 0 };
  let succeeded = true;
  const stopping = stopOnSignal();
  const parts = needsShared ? await startSharedParts() : undefined;
  try {
    for (const tier of tierNames) {
      if (chosen[tier].length === 0 || stopping.aborted) continue;
      process.stdout.write(`\n${tier} tests: ${chosen[tier].length} files\n`);
      const { code, counts } = await runTier(ways[tier], chosen[tier], {
        ...parts?.environment,
        WEIR_DRAW_SEED: seed,
      });
      succeeded &&= code === 0 && counts.failed === 0;
      for (const kind of Object.keys(totals)) totals[kind] += counts[kind];
    }
  } finally {
    await parts?.stop();
  }
  if (totals.passed === 0) succeeded = false;
  const skipped = totals.skipped === 0 ? '' : `, ${totals.skipped} skipped`;
  process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed${skipped}\n`);
  return succeeded && !stopping.aborted ? 0 : 1;
});

/** One that is drawn is told, so that its cases can be had again. */
function readSeed(asked) {
  if (asked === 'random') {
    const drawn = String(randomInt(1_000_000_000));
    process.stdout.write(`Property tests draw from the seed ${drawn}\n`);
    return drawn;
  }
  if (!/^\d{1,9}$/.test(asked))
    throw new SetupError('--seed takes a number of up to nine digits, or "random".');
  return asked;
}

/** A tier without files means that the search is broken, and would pass for a success. */
function chooseFiles({ unit, only }) {
  const found = findTestFiles();
  const empty = tierNames.filter((tier) => found[tier].length === 0 && !(unit && isSlow(tier)));
  if (only === undefined && empty.length > 0) {
    throw new SetupError(
      `No test file was found for: ${empty.join(', ')}. The search in bin/lib/test-files.mjs is broken.`,
    );
  }
  const wanted = (tier) =>
    unit && isSlow(tier) ? [] : found[tier].filter((file) => file.includes(only ?? ''));
  const chosen = Object.fromEntries(tierNames.map((tier) => [tier, wanted(tier)]));
  if (Object.values(chosen).every((files) => files.length === 0)) {
    throw new SetupError(`No test file has "${only}" in its path.`);
  }
  return chosen;
}

function isSlow(tier) {
  return ways[tier].shared;
}

async function runTier(way, files, environment) {
  const folder = mkdtempSync(join(tmpdir(), 'weir-counts-'));
  const countFile = join(folder, 'counts.json');
  try {
    const code = await runCommand(
      nodeBinary,
      [
        '--test',
        ...way.isolation,
        `--import=${pathToFileURL(join(repositoryRoot, 'bin/lib/draw-seed.mjs'))}`,
        `--test-timeout=${way.timeoutMs}`,
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        `--test-reporter=${join(repositoryRoot, 'bin/lib/count-reporter.mjs')}`,
        `--test-reporter-destination=${countFile}`,
        ...files,
      ],
      { env: toolEnvironment(environment) },
    );
    return { code, counts: readCounts(countFile) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A run that was cut short has written nothing; that is a failure, not a zero. */
function readCounts(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** Ctrl-C ends the tests that run; the parts they share are still stopped in order. */
function stopOnSignal() {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopping.abort());
  return stopping.signal;
}

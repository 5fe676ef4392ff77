// The fault harness: npm run faults -- --seed S --rounds N --json FILE
// With --kinds killBroker,cutRedis it looks into these alone, with --round K into round K of those N.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { allFaultKinds, isFaultKind } from './plan/fault-kinds.ts';
import { describeGoal } from './report.ts';
import { runCampaign } from './run-campaign.ts';

const mostRounds = 1_000;
const interrupted = 130;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '6' },
    round: { type: 'string' },
    json: { type: 'string' },
    kinds: { type: 'string', default: '' },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1 || rounds > mostRounds) {
  process.stderr.write(`--rounds is a whole number from 1 to ${mostRounds}\n`);
  process.exit(1);
}
const onlyRound = values.round === undefined ? undefined : Number(values.round);
if (onlyRound !== undefined && !(Number.isInteger(onlyRound) && onlyRound >= 1 && onlyRound <= rounds)) {
  process.stderr.write('--round is one of the rounds, counted from 1\n');
  process.exit(1);
}
const only = values.kinds.split(',').filter((kind) => kind !== '');
const unknownKind = only.find((kind) => !isFaultKind(kind));
if (unknownKind !== undefined) {
  process.stderr.write(`--kinds takes some of: ${allFaultKinds.join(', ')}\n`);
  process.exit(1);
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
const say = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  const report = await runCampaign({
    seed: values.seed,
    rounds,
    onlyRound,
    only: only.filter(isFaultKind),
    signal: stopping.signal,
    say,
  });
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  for (const goal of report.goals) say(describeGoal(goal));
  process.exit(0);
} catch (error) {
  if (!stopping.signal.aborted) {
    process.stderr.write(
      `The run itself failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
  }
  process.exit(stopping.signal.aborted ? interrupted : 1);
}

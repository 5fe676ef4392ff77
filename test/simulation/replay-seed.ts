import { describeFailure } from './expect-seeds.ts';
import { runSeed } from './run-seed.ts';

const usage = 'usage: npm run simulate:seed -- <seed>';

const main = async (argument: string | undefined): Promise<number> => {
  const seed = Number(argument);
  if (argument === undefined || !Number.isSafeInteger(seed)) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const outcome = await runSeed(seed, { onStep: (line) => void process.stdout.write(`${line}\n`) });
  const { violations, steps, digest } = outcome;
  process.stdout.write(`\n${steps} steps, trace ${digest}\n`);
  process.stdout.write(
    violations.length === 0 ? `seed ${seed}: every promise holds\n` : `${describeFailure(outcome)}\n`,
  );
  return violations.length === 0 ? 0 : 1;
};

process.exitCode = await main(process.argv[2]);

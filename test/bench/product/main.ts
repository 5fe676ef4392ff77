import { readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { loadAverage } from '../process-usage.ts';

/** What a part of the product was measured to do, by name; units end the names. */
type Figures = Readonly<Record<string, number>>;
type Part = { readonly run: (say: (sentence: string) => void) => Promise<Figures> };

const partNames = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts' && !file.endsWith('.test.ts'))
  .map((file) => file.replace(/\.ts$/, ''));
const usage = `npm run bench:product -- [--json FILE] [${partNames.join(' ')}]`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, help: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !partNames.includes(name));
if (values.help || unknown.length > 0) {
  process.stdout.write(`${usage}\n`);
  process.exit(values.help ? 0 : 64);
}

// Then everything that a part started is ended on the way out.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version };
const results: Record<string, Figures> = {};
// One after the other: two parts that share the cores would measure each other.
for (const name of positionals.length === 0 ? partNames : positionals) {
  process.stdout.write(`${name} (load average ${loadAverage()})\n`);
  const part = (await import(`./${name}.ts`)) as Part;
  results[name] = await part.run((sentence) => void process.stdout.write(`  ${sentence}\n`));
  for (const [figure, value] of Object.entries(results[name]))
    process.stdout.write(`  ${figure.padEnd(40)} ${value}\n`);
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ machine, results }, null, 2)}\n`);
}
process.exit(0);

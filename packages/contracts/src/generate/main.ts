import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../openapi.ts';
import { asyncApiDocument, payloadSchemas } from './asyncapi.ts';

/** How many partitions a laptop's log has; the document shows that number. */
const documentedLogPartitions = 4;
const folder = new URL('../../../../docs/reference/events/', import.meta.url).pathname;
/** The document of the HTTP door stands beside the events. */
const openApiFile = new URL('../../../../docs/reference/openapi.json', import.meta.url).pathname;

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const wanted = new Map<string, string>([
  ['asyncapi.json', pretty(asyncApiDocument(documentedLogPartitions))],
  ...Object.entries(payloadSchemas()).map(
    ([name, schema]) => [`${name}.schema.json`, pretty(schema)] as const,
  ),
]);

const openApi = pretty(openApiDocument());

/** `--check` compares and fails on drift; without it the files are written anew. */
if (process.argv.includes('--check')) {
  const found = readdirSync(folder).toSorted();
  const drifted = [...new Set([...found, ...wanted.keys()])].filter(
    (name) => !found.includes(name) || readFileSync(join(folder, name), 'utf8') !== wanted.get(name),
  );
  if (!existsSync(openApiFile) || readFileSync(openApiFile, 'utf8') !== openApi) drifted.push('openapi.json');
  if (drifted.length > 0) {
    console.error(`docs/reference differs from the contracts: ${drifted.join(', ')}`);
    console.error('run: npm run generate');
    process.exitCode = 1;
  }
} else {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of wanted) writeFileSync(join(folder, name), text);
  writeFileSync(openApiFile, openApi);
  console.log(`wrote ${wanted.size} files to docs/reference/events, and openapi.json`);
}

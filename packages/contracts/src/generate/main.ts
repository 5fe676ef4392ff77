import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { notificationWebhook } from '../notification-webhook.ts';
import { alertsOpenApiDocument } from '../alerts-openapi.ts';
import { openApiDocument } from '../openapi.ts';
import { asyncApiDocument, payloadSchemas } from './asyncapi.ts';

/** How many partitions a laptop's log has; the document shows that number. */
const documentedLogPartitions = 4;
const reference = new URL('../../../../docs/reference/', import.meta.url).pathname;
const folder = join(reference, 'events');

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const wanted = new Map<string, string>([
  ['asyncapi.json', pretty(asyncApiDocument(documentedLogPartitions))],
  ...Object.entries(payloadSchemas()).map(
    ([name, schema]) => [`${name}.schema.json`, pretty(schema)] as const,
  ),
]);

/** What comes and goes by HTTP stands beside the events: the door's document, and what the webhook posts. */
const documents = new Map<string, string>([
  ['openapi.json', pretty(openApiDocument())],
  ['alerts-openapi.json', pretty(alertsOpenApiDocument())],
  ['notification-webhook.schema.json', pretty(z.toJSONSchema(notificationWebhook, { io: 'input' }))],
]);

/** `--check` compares and fails on drift; without it the files are written anew. */
if (process.argv.includes('--check')) {
  const found = readdirSync(folder).toSorted();
  const drifted = [...new Set([...found, ...wanted.keys()])].filter(
    (name) => !found.includes(name) || readFileSync(join(folder, name), 'utf8') !== wanted.get(name),
  );
  for (const [name, text] of documents) {
    const file = join(reference, name);
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) drifted.push(name);
  }
  if (drifted.length > 0) {
    console.error(`docs/reference differs from the contracts: ${drifted.join(', ')}`);
    console.error('run: npm run generate');
    process.exitCode = 1;
  }
} else {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of wanted) writeFileSync(join(folder, name), text);
  for (const [name, text] of documents) writeFileSync(join(reference, name), text);
  console.log(`wrote ${wanted.size} files to docs/reference/events, and ${documents.size} beside it`);
}

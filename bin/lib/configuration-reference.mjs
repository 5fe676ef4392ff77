// Writes docs/reference/configuration.md from the workers' own schemas; with
// --check it fails where the page and the schemas differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeConfig } from '../../packages/runtime/src/index.ts';
import { alertingConfig } from '../../services/alerting/src/config.ts';
import { detectionConfig } from '../../services/detection/src/config.ts';
import { upkeepConfig } from '../../services/detection/src/upkeep/upkeep-config.ts';
import { ingestConfig } from '../../services/ingest/src/config.ts';
import { repositoryRoot } from './repository.mjs';

const page = join(repositoryRoot, 'docs/reference/configuration.md');

const wanted = [
  '# Configuration',
  'Each worker reads its environment once, at start, and prints it with secrets left out. Everything that is wrong is told at once, by the name of the variable, with exit code 78. This page is generated from the code.',
  '## Ingest',
  describeConfig(ingestConfig),
  '## Detection',
  describeConfig(detectionConfig),
  '## Windows',
  'The process behind `weir windows verify` and `weir windows rebuild`, with the rights of detection.',
  describeConfig(upkeepConfig),
  '## Alerting',
  describeConfig(alertingConfig),
]
  .map((part) => part.trimEnd())
  .join('\n\n')
  .concat('\n');

if (!process.argv.includes('--check')) {
  writeFileSync(page, wanted);
} else if (readFileSync(page, 'utf8') !== wanted) {
  console.error('docs/reference/configuration.md differs from the workers; run: npm run generate');
  process.exitCode = 1;
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeText } from '../containers/compose-text.ts';
import { repositoryRoot } from '../home.ts';

const file = join(repositoryRoot, 'docker-compose.yml');
const text = composeText();
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('docker-compose.yml is not what the description of the stack says: run "npm run generate"');
  process.exitCode = 1;
}

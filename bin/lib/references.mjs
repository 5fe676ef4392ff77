// Writes the pages that are made from the code; with --check
// it fails where a page and the code differ.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaysOpenApiDocument } from '../../packages/replays/src/index.ts';
import { configurationPage } from './configuration-reference.mjs';
import { doctorPage } from './doctor-reference.mjs';
import { errorsPage } from './errors-reference.mjs';
import { featuresPage } from './features-reference.mjs';
import { repositoryRoot } from './repository.mjs';
import { routingPage } from './routing-reference.mjs';
import { rulesPage } from './rules-reference.mjs';
import { starterModule } from './starter-module.mjs';
import { topicsPage } from './topics-reference.mjs';

const pages = {
  'docs/operations/doctor.md': doctorPage(),
  'docs/reference/configuration.md': await configurationPage(),
  'docs/reference/errors.md': errorsPage(),
  'docs/reference/features.md': featuresPage(),
  'docs/reference/replays-openapi.json': [JSON.stringify(replaysOpenApiDocument(), null, 2)],
  'docs/reference/routing.md': routingPage(),
  'docs/reference/rules.md': rulesPage(),
  'docs/reference/topics.md': topicsPage(),
  'packages/rules/src/starter-rulebook.ts': await starterModule('packages/rules/src/starter-rulebook.ts'),
};

for (const [path, parts] of Object.entries(pages)) {
  const file = join(repositoryRoot, path);
  const wanted = `${parts.map((part) => part.trimEnd()).join('\n\n')}\n`;
  if (!process.argv.includes('--check')) {
    writeFileSync(file, wanted);
  } else if (!existsSync(file) || readFileSync(file, 'utf8') !== wanted) {
    console.error(`${path} differs from the code; run: npm run generate`);
    process.exitCode = 1;
  }
}

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository.mjs';

/** The kinds of test, in the order they are run. */
export const tierNames = ['unit', 'property', 'integration', 'e2e'];

const roots = ['packages', 'services', 'infra', 'test', 'bin'];

/** Every test file of the repository by tier, as paths from its root, sorted. */
export function findTestFiles() {
  const byTier = Object.fromEntries(tierNames.map((name) => [name, []]));
  for (const root of roots) {
    for (const file of walk(root)) {
      const tier = tierOf(file);
      if (tier !== undefined) byTier[tier].push(file);
    }
  }
  return byTier;
}

/** The tier of a file by its name; undefined when it is no test. */
function tierOf(file) {
  if (!/\.test\.(ts|mjs)$/.test(file)) return undefined;
  if (/\.e2e\.test\.ts$/.test(file)) return 'e2e';
  if (/\.integration\.test\.ts$/.test(file)) return 'integration';
  return /\.property\.test\.ts$/.test(file) ? 'property' : 'unit';
}

function walk(folder) {
  const entries = readdirSync(join(repositoryRoot, folder), { withFileTypes: true });
  return entries
    .filter((entry) => entry.name !== 'node_modules')
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? walk(path) : [path];
    })
    .sort();
}

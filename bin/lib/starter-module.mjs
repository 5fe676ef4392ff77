import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { readRulebook } from '../../packages/rulebook/src/index.ts';
import { repositoryRoot } from './repository.mjs';

const document = 'packages/rulebook/defaults/starter.yaml';

/**
 * The ruleset of starter.yaml as a module, for packages/rules opens no files. Throws where the document is
 * none, with the lines that are wrong.
 */
export async function starterModule(path) {
  const read = readRulebook(readFileSync(join(repositoryRoot, document)));
  if (!read.ok) throw new TypeError(`${document}: ${JSON.stringify(read.problems)}`);
  const text = `// Generated from ${document} by: npm run generate
import type { Ruleset } from './ruleset.ts';

/** Scored like the one before it, with rules for known typologies that look on. Its document has the comments. */
export const starterRulebook: Ruleset = ${JSON.stringify(read.ruleset)};
`;
  const file = join(repositoryRoot, path);
  return [await format(text, { ...(await resolveConfig(file)), filepath: file })];
}

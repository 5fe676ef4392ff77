import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '@weir/local';

const pages = globSync('{*.md,docs/**/*.md,{packages,services,infra,test}/*/README.md}', {
  cwd: repositoryRoot,
}).toSorted();

const readPage = (page: string): string => readFileSync(join(repositoryRoot, page), 'utf8');

/** What a heading is reached by, as the usual hosts make it of its text. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

function anchorsOf(page: string): readonly string[] {
  const text = readPage(page).replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

test('every link of a page to another page or file leads somewhere', () => {
  assert.ok(pages.length > 20, 'the pages are found');
  const broken = pages.flatMap((page) =>
    [...readPage(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(
      ([link, path = '', anchor]) => {
        const target = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(repositoryRoot, target))) return [`${page}: ${link}`];
        const isReached = anchor === undefined || anchorsOf(target).includes(anchor);
        return isReached ? [] : [`${page}: ${link}`];
      },
    ),
  );
  assert.deepEqual(broken, []);
});

import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, Node, YAMLMap } from 'yaml';
import { deepestDocument, longestDocumentBytes } from './limits.ts';
import { offsetInSource } from './offset-in-source.ts';
import { placeOf, type Place } from './place-of.ts';

/** What is wrong with a document: where it stands in the text, and in what it says ("rules.2.when"). */
export type DocumentProblem = Place & { readonly path: string; readonly message: string };

/** Where the value of a path stands; `offset` counts characters inside a text. Of what isn't there: where it would be. */
export type Locate = (path: string, offset?: number) => Place;

export type DocumentOutcome =
  | { readonly ok: true; readonly body: unknown; readonly locate: Locate }
  | { readonly ok: false; readonly problems: readonly [DocumentProblem, ...DocumentProblem[]] };

/**
 * Reads YAML 1.2, of which JSON is a part, into plain values and remembers where each of them stands.
 * Anchors, aliases and tags of one's own are refused: nobody needs them in a ruleset, and a few lines of
 * them make gigabytes. Never throws. The text is at most longestDocumentBytes long.
 */
export function readDocument(source: string | Uint8Array): DocumentOutcome {
  const text = textOf(source);
  if (!text.ok) return failed([{ line: 1, column: 1, path: '', message: text.message }]);
  const lines = new LineCounter();
  const document = parsed(text.text, lines);
  const placeAt = placeOf(lines);
  if (document === undefined) return failed([{ line: 1, column: 1, path: '', message: tooDeep }]);
  // One problem in the place of a thousand: each level says it for itself.
  const exhausted = document.errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (exhausted !== undefined) return failed([{ ...placeAt(exhausted.pos[0]), path: '', message: tooDeep }]);
  const said = [...document.errors, ...document.warnings].map(({ pos, code, message }) => ({
    ...placeAt(pos[0]),
    path: '',
    message: plainWords[code] ?? message,
  }));
  if (said.length > 0) return failed(said);
  const refused = refusedNodes(document).map(({ at, message }) => ({ ...placeAt(at), path: '', message }));
  if (refused.length > 0) return failed(refused);
  return {
    ok: true,
    body: document.toJS({ maxAliasCount: 0 }) as unknown,
    locate: locateIn(document, text.text, placeAt),
  };
}

const tooDeep = `deeper than ${String(deepestDocument)} levels`;

/** Undefined for a text so deep that its reader, which goes down level by level, has no stack left. */
function parsed(text: string, lineCounter: LineCounter): Document.Parsed | undefined {
  try {
    // Its own warnings would go to the process, for all to read: they are taken from the document instead.
    // It compares each name with all before it, which takes minutes for a document of names alone: we look ourselves.
    return parseDocument(text, {
      ...{ lineCounter, prettyErrors: false, version: '1.2', logLevel: 'error' },
      uniqueKeys: false,
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const failed = (problems: readonly DocumentProblem[]): DocumentOutcome => {
  const [first, ...others] = problems;
  if (first === undefined) throw new TypeError('nothing is wrong with it');
  return { ok: false, problems: [first, ...others] };
};

/** What the reader of YAML says in words about its own inside. */
const plainWords: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab: YAML is indented by spaces alone',
  MULTIPLE_DOCS: 'a second document: one file is one ruleset',
  TAG_RESOLVE_FAILED: 'a tag (!): a ruleset has none',
};

type Text = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly message: string };

function textOf(source: string | Uint8Array): Text {
  const tooLong = { ok: false, message: `longer than ${String(longestDocumentBytes / 1024)} KiB` } as const;
  const sizeBytes = typeof source === 'string' ? source.length : source.byteLength;
  if (sizeBytes > longestDocumentBytes) return tooLong;
  if (typeof source === 'string') {
    return new TextEncoder().encode(source).byteLength > longestDocumentBytes
      ? tooLong
      : { ok: true, text: source };
  }
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true }).decode(source) };
  } catch {
    return { ok: false, message: 'not UTF-8' };
  }
}

type RefusedNode = { readonly at: number; readonly message: string };

function refusedNodes(document: Document.Parsed): readonly RefusedNode[] {
  const refused: RefusedNode[] = [];
  visit(document, (key, node, path) => {
    const at = rangeOf(node)?.[0] ?? 0;
    if (path.length > deepestDocument) {
      refused.push({ at, message: tooDeep });
      return visit.BREAK;
    }
    if (isAlias(node)) refused.push({ at, message: 'an alias (*): write it out, or use a definition' });
    else if (isNode(node) && 'anchor' in node && node.anchor !== undefined)
      refused.push({ at, message: 'an anchor (&): write it out, or use a definition' });
    if (isMap(node)) refused.push(...repeatedNames(node));
    if (key === 'key' && !(isScalar(node) && typeof node.value === 'string'))
      refused.push({ at, message: 'a name that is no text: put it in quotes' });
    return undefined;
  });
  return refused;
}

function repeatedNames({ items }: YAMLMap): readonly RefusedNode[] {
  const seen = new Set<unknown>();
  return items.flatMap(({ key }) => {
    const name = isScalar(key) ? key.value : key;
    if (seen.has(name)) return [{ at: rangeOf(key)?.[0] ?? 0, message: 'a name that stands here already' }];
    seen.add(name);
    return [];
  });
}

const rangeOf = (node: unknown): Node['range'] | undefined => (isNode(node) ? node.range : undefined);

function locateIn(document: Document.Parsed, text: string, placeAt: (offset: number) => Place): Locate {
  return (path, offset) => {
    let at: unknown = document.contents;
    let place = rangeOf(at)?.[0] ?? 0;
    const steps = path === '' ? [] : path.split('.');
    while (steps.length > 0) {
      const next = stepInto(at, steps);
      if (next === undefined) break;
      at = next.value;
      steps.splice(0, next.taken);
      place = rangeOf(at)?.[0] ?? rangeOf(next.key)?.[0] ?? place;
    }
    const isText = steps.length === 0 && offset !== undefined;
    return placeAt(isText && isScalar(at) ? offsetInSource(text, at, offset) : place);
  };
}

type Step = { readonly key: unknown; readonly value: unknown; readonly taken: number };

/** A name may hold points where it is a wrong one: as many steps are taken as make a name that is there. */
function stepInto(node: unknown, steps: readonly string[]): Step | undefined {
  if (isMap(node)) {
    for (let taken = 1; taken <= steps.length; taken += 1) {
      const name = steps.slice(0, taken).join('.');
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === name);
      if (pair !== undefined) return { key: pair.key, value: pair.value, taken };
    }
    return undefined;
  }
  if (!isSeq(node)) return undefined;
  const item = node.items[Number(steps[0])];
  return item === undefined ? undefined : { key: undefined, value: item, taken: 1 };
}

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { defaultRouting, readRouting } from '@weir/alerts';
import type { DefaultReceivers, Routing } from '@weir/alerts';
import { longestDocumentBytes, readDocument } from '@weir/rulebook';
import type { RoutesInForce } from '../notify/notifier.ts';
import type { ChannelContext } from './channel-kinds.ts';
import { openReceivers } from './open-receivers.ts';

/** Where the routing stands: in the file of ROUTES_FILE, or made of the variables that were there before it. */
export type RoutesSource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'environment'; readonly receivers: DefaultReceivers };

export type LoadedRoutes = RoutesInForce & {
  /** SHA-256 of the document, in hex: names it on the audit trail. */
  readonly sha256: string;
};

/** `problems`: what is wrong and where, a line each; never what a file holds. */
export type LoadOutcome =
  | { readonly ok: true; readonly routes: LoadedRoutes }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the routing and opens a channel for each receiver. Never throws. */
export function loadRoutes(source: RoutesSource, context: ChannelContext): LoadOutcome {
  return source.kind === 'file' ? loadFile(source.path, context) : loadDefault(source.receivers, context);
}

function loadFile(path: string, context: ChannelContext): LoadOutcome {
  const text = readFile(path);
  if (typeof text !== 'object') return failed([`ROUTES_FILE: ${text}`]);
  const document = readDocument(text);
  const at = ({ line, column }: { line: number; column: number }): string => `line ${line}, column ${column}`;
  if (!document.ok)
    return failed(document.problems.map((problem) => `ROUTES_FILE, ${at(problem)}: ${problem.message}`));
  const told = (problems: readonly { readonly path: string; readonly message: string }[]): LoadOutcome =>
    failed(
      problems.map((problem) => {
        const place = at(document.locate(problem.path));
        return `ROUTES_FILE, ${place}: ${problem.path === '' ? '' : `${problem.path}: `}${problem.message}`;
      }),
    );
  const read = readRouting(document.body);
  if (!read.ok) return told(read.problems);
  const opened = openReceivers(read.routing, context);
  return opened.ok ? loaded(read.routing, opened.channels) : told(opened.problems);
}

/** Which variable a field of a receiver that the environment names came from. */
const variables: Readonly<Record<string, string>> = {
  url: 'WEBHOOK_URL',
  secretsFile: 'WEBHOOK_SECRETS_FILE',
  allowPrivate: 'WEBHOOK_ALLOW_PRIVATE',
  caFile: 'WEBHOOK_CA_FILE',
};

function loadDefault(receivers: DefaultReceivers, context: ChannelContext): LoadOutcome {
  const routing = defaultRouting(receivers);
  const opened = openReceivers(routing, context);
  if (opened.ok) return loaded(routing, opened.channels);
  return failed(
    opened.problems.map(
      ({ path, message }) => `${variables[path.split('.')[2] ?? ''] ?? 'MAIL_TO'}: ${message}`,
    ),
  );
}

/** The bytes, or why there are none. */
function readFile(path: string): Uint8Array | string {
  try {
    const found = statSync(path);
    if (!found.isFile()) return 'expected the path of a file';
    if (found.size > longestDocumentBytes) return `longer than ${longestDocumentBytes / 1_024} KiB`;
    return readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return `the file can't be read (${code})`;
  }
}

const failed = (problems: readonly string[]): LoadOutcome => ({ ok: false, problems });

const loaded = (routing: Routing, channels: RoutesInForce['channels']): LoadOutcome => ({
  ok: true,
  routes: {
    routing,
    channels,
    sha256: createHash('sha256').update(JSON.stringify(routing)).digest('hex'),
  },
});

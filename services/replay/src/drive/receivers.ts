import { isIP } from 'node:net';
import { slug, WeirError } from '@weir/contracts';
import { ownNetworks, postUrlProblem, readKeyFile, readNamedFile } from '@weir/outbound';
import type { FileOutcome } from '@weir/outbound';
import { z } from 'zod';

const path = z.string().regex(/^\//, { error: 'expected an absolute path' });
const receiverFields = z.strictObject({
  name: slug,
  url: z.string().min(1).max(2_048),
  tokenFile: path.optional(),
  caFile: path.optional(),
  timeoutSeconds: z.int().min(1).max(300).default(30),
});
const receiversDocument = z.array(receiverFields).min(1).max(100);
type ReceiverFields = z.output<typeof receiverFields>;

/** Where a replay may be handed over to. The URL is often a secret, as the token is: neither is in any error. */
export type Receiver = {
  readonly name: string;
  readonly url: URL;
  /** What may be connected to though it is private: what the operator named. */
  readonly allow: readonly string[];
  /** Sent as a bearer token; none where not set. */
  readonly token: string | undefined;
  /** The authorities of its certificate (PEM); the public ones where not set. */
  readonly ca: string | undefined;
  readonly timeoutMs: number;
};

export type ReceiverBook = {
  /** Reads the files anew, so that what was changed holds from now on. Throws WeirError config_invalid. */
  readonly find: (name: string) => Receiver | undefined;
  /** What keeps a receiver from being handed anything, for who plans; undefined where nothing does. */
  readonly problemOf: (name: string) => string | undefined;
};

const variable = 'REPLAY_RECEIVERS_FILE';
const invalid = (problem: string): WeirError => new WeirError('config_invalid', `${variable}: ${problem}`);

/**
 * The receivers that the operator has written down in a file: none where there is no file. Throws WeirError
 * config_invalid, naming the field and never its value, for one that could not be handed anything.
 */
export function createReceiverBook(file: string | undefined): ReceiverBook {
  const read = (): readonly ReceiverFields[] => (file === undefined ? [] : readDocument(file));
  const find = (name: string): Receiver | undefined => {
    const fields = read();
    const index = fields.findIndex((one) => one.name === name);
    const found = fields[index];
    return found === undefined ? undefined : receiverOf(found, index);
  };
  read().forEach(receiverOf);
  return {
    find,
    problemOf: (name) => {
      try {
        if (find(name) !== undefined) return undefined;
        return file === undefined ? `${variable}: not set` : `${variable}: no receiver has this name`;
      } catch (error) {
        if (error instanceof WeirError && error.code === 'config_invalid') return error.message;
        throw error;
      }
    },
  };
}

function readDocument(file: string): readonly ReceiverFields[] {
  const text = textOf('', readNamedFile(file, true));
  const read = receiversDocument.safeParse(parseJson(text));
  if (!read.success) {
    const [first] = read.error.issues;
    throw invalid(`${first?.path.join('.') ?? ''}: ${first?.message ?? 'not readable'}`);
  }
  read.data.forEach(({ name }, index) => {
    if (read.data.findIndex((one) => one.name === name) !== index)
      throw invalid(`${index}.name: stands there twice`);
  });
  return read.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says repeats what it met.
    throw invalid('expected JSON');
  }
}

function receiverOf(
  { name, url, tokenFile, caFile, timeoutSeconds }: ReceiverFields,
  index: number,
): Receiver {
  const allow = allowedBy(url);
  const problem = postUrlProblem(url, allow);
  if (problem !== undefined) throw invalid(`${index}.url: ${problem}`);
  return {
    ...{ name, url: new URL(url), allow, timeoutMs: timeoutSeconds * 1_000 },
    token: tokenFile === undefined ? undefined : textOf(`${index}.tokenFile: `, readKeyFile(tokenFile)),
    ca: caFile === undefined ? undefined : textOf(`${index}.caFile: `, readNamedFile(caFile, false)),
  };
}

/** A staging system stands in the own network: what the operator named may be private, and never link-local. */
function allowedBy(url: string): readonly string[] {
  const host = (URL.parse(url)?.hostname ?? '').replaceAll(/^\[|\]$/g, '');
  return isIP(host) === 0 ? [host] : ownNetworks;
}

function textOf(field: string, read: FileOutcome): string {
  if (read.ok) return read.text;
  throw invalid(`${field}${read.message}`);
}

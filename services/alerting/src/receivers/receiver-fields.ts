import { isAllowEntry, postUrlProblem, readKeyFile, readNamedFile } from '@weir/outbound';
import type { HttpReceiver } from '../channels/http/http-channel.ts';

/** What is wrong with a field of the routing document, where the document itself can't tell. */
export type ReceiverProblem = { readonly path: string; readonly message: string };

/** A value that was read, or all that is wrong with it. */
export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problems: readonly ReceiverProblem[] };

export const problemAt = (
  path: string,
  message: string,
): { readonly ok: false; readonly problems: readonly ReceiverProblem[] } => ({
  ok: false,
  problems: [{ path, message }],
});

const found = <Value>(value: Value): Read<Value> => ({ ok: true, value });

/** The text of a file that a field names; undefined where the field isn't set. */
export function fileOf(path: string, name: string | undefined, isSecret: boolean): Read<string | undefined> {
  if (name === undefined) return found(undefined);
  const read = readNamedFile(name, isSecret);
  return read.ok ? found(read.text) : problemAt(path, read.message);
}

/** The text of a file that has to be there. */
function secretOf(path: string, name: string): Read<string> {
  const read = readNamedFile(name, true);
  return read.ok ? found(read.text.trim()) : problemAt(path, read.message);
}

/** A key or a token. */
export function keyOf(path: string, name: string): Read<string> {
  const read = readKeyFile(name);
  return read.ok ? found(read.text) : problemAt(path, read.message);
}

/** Fields of all receivers that are posted to. */
export type HttpFields = {
  readonly id: string;
  readonly url?: string | undefined;
  readonly urlFile?: string | undefined;
  readonly timeoutSeconds: number;
  readonly allowPrivate: readonly string[];
  readonly caFile?: string | undefined;
};

/** What posting to a receiver needs. `otherwise` is where it goes when the document names no URL. */
export function httpReceiverOf(
  receiver: HttpFields,
  now: () => number,
  otherwise?: string,
): Read<HttpReceiver> {
  const { id, url, urlFile, timeoutSeconds, allowPrivate, caFile } = receiver;
  const wrongEntry = allowPrivate.findIndex((entry) => !isAllowEntry(entry));
  if (wrongEntry !== -1)
    return problemAt(
      `allowPrivate.${wrongEntry}`,
      'expected a host name, an address or a network in CIDR notation',
    );
  const ca = fileOf('caFile', caFile, false);
  if (!ca.ok) return ca;
  const read = urlFile === undefined ? found(url ?? otherwise) : secretOf('urlFile', urlFile);
  if (!read.ok) return read;
  if (read.value === undefined) return problemAt('url', 'expected url or urlFile');
  const problem = postUrlProblem(read.value, allowPrivate);
  if (problem !== undefined) return problemAt(urlFile === undefined ? 'url' : 'urlFile', problem);
  return found({
    ...{ receiverId: id, url: read.value, timeoutMs: timeoutSeconds * 1_000, allow: allowPrivate },
    ...{ ca: ca.value, now },
  });
}

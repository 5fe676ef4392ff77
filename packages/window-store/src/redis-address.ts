import { WeirError } from '@weir/contracts';

/** Where a Redis serves: one server, or some of the nodes of a cluster, which name the others. */
export type RedisAddress =
  | { readonly kind: 'server'; readonly url: string; readonly tls: boolean }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly { readonly host: string; readonly port: number }[];
      readonly tls: boolean;
      /** Those of the first url; every node has the same. */
      readonly username: string;
      readonly password: string;
    };

const defaultPort = 6379;

/**
 * Reads one `redis://` or `rediss://` url, or `redis+cluster://` or
 * `rediss+cluster://` urls parted by commas. Throws WeirError `config_invalid`
 * for anything else, without repeating it: urls hold passwords.
 */
export function readRedisAddress(text: string): RedisAddress {
  const server = URL.parse(text);
  if (isServer(server)) {
    // Its client reads it by itself, and would throw what may be logged.
    credentialsOf(server);
    return { kind: 'server', url: text.trim(), tls: server.protocol === 'rediss:' };
  }
  const urls = text.split(',').map((part) => URL.parse(part.trim()));
  const [first] = urls;
  const nodes = urls.flatMap((url) => {
    if (url === null || !isNode(url) || url.protocol !== first?.protocol) return [];
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return [{ host, port: url.port === '' ? defaultPort : Number(url.port) }];
  });
  const isCluster = first?.protocol === 'redis+cluster:' || first?.protocol === 'rediss+cluster:';
  if (!isCluster || nodes.length < urls.length) throw invalid();
  return { kind: 'cluster', nodes, tls: first.protocol === 'rediss+cluster:', ...credentialsOf(first) };
}

const invalid = (): WeirError =>
  new WeirError(
    'config_invalid',
    'The Redis url is neither one redis:// or rediss:// url nor redis+cluster:// or rediss+cluster:// urls of one kind, without a path',
  );

/** What a password holds beyond letters and digits is written with percent signs. */
function credentialsOf({ username, password }: URL): {
  readonly username: string;
  readonly password: string;
} {
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw new WeirError(
      'config_invalid',
      'The user or the password in the Redis url has a percent sign that begins no code: write %25 for one',
    );
  }
}

/** A cluster has one database and no options: a node's url is its host and port alone. */
const isNode = ({ hostname, pathname, search, hash }: URL): boolean =>
  hostname !== '' && (pathname === '' || pathname === '/') && search === '' && hash === '';

/** The host of such a url may be any text, a list of others included. */
const isServer = (url: URL | null): url is URL =>
  (url?.protocol === 'redis:' || url?.protocol === 'rediss:') && !url.host.includes(',');

import { WeirError } from '@weir/contracts';

/** Where a Redis serves: one server, or some of the nodes of a cluster, which name the others. */
export type RedisAddress =
  | { readonly kind: 'server'; readonly url: string }
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
  if (isServer(URL.parse(text))) return { kind: 'server', url: text.trim() };
  const urls = text.split(',').map((part) => URL.parse(part.trim()));
  const [first] = urls;
  const nodes = urls.flatMap((url) => {
    if (url === null || url.hostname === '' || url.protocol !== first?.protocol) return [];
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return [{ host, port: url.port === '' ? defaultPort : Number(url.port) }];
  });
  const isCluster = first?.protocol === 'redis+cluster:' || first?.protocol === 'rediss+cluster:';
  if (!isCluster || nodes.length < urls.length) {
    throw new WeirError(
      'config_invalid',
      'The Redis url is neither one redis:// or rediss:// url nor redis+cluster:// or rediss+cluster:// urls of one kind',
    );
  }
  return {
    kind: 'cluster',
    nodes,
    tls: first.protocol === 'rediss+cluster:',
    username: decodeURIComponent(first.username),
    password: decodeURIComponent(first.password),
  };
}

/** The host of such a url may be any text, a list of others included. */
const isServer = (url: URL | null): boolean =>
  (url?.protocol === 'redis:' || url?.protocol === 'rediss:') && !url.host.includes(',');

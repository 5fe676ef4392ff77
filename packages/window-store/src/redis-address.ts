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
  const urls = text.split(',').map((part) => URL.parse(part.trim()));
  const [first] = urls;
  if (urls.length === 1 && (first?.protocol === 'redis:' || first?.protocol === 'rediss:'))
    return { kind: 'server', url: text.trim() };
  const isCluster = first?.protocol === 'redis+cluster:' || first?.protocol === 'rediss+cluster:';
  const nodes = urls.flatMap((url) =>
    url === null || url.hostname === '' || url.protocol !== first?.protocol
      ? []
      : [
          {
            host: url.hostname.replace(/^\[|\]$/g, ''),
            port: url.port === '' ? defaultPort : Number(url.port),
          },
        ],
  );
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

import { readFileSync } from 'node:fs';
import { WeirError } from '@weir/contracts';
import pg from 'pg';
import type { Database, Query } from './database.ts';
import { explainDatabaseError } from './explain-database-error.ts';
import { runTransaction } from './run-transaction.ts';

/** A server: its URL, with sslmode as libpq knows it, and the authorities its certificate may be of. */
export type ServerPlace = { readonly url: string; readonly caFile?: string };

/** Bounds of one process towards a server. */
export type ServerBounds = {
  readonly mostConnections: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** Everybody's turn comes by one lock: longer than this nobody may be kept waiting. */
  readonly lockTimeoutMs: number;
  /** A process that hangs between two statements of a transaction keeps all others out. */
  readonly idleInTransactionTimeoutMs: number;
  /** For a server that answers nothing at all. */
  readonly answerTimeoutMs: number;
};

const defaultBounds: ServerBounds = {
  mostConnections: 6,
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 30_000,
  lockTimeoutMs: 10_000,
  idleInTransactionTimeoutMs: 15_000,
  answerTimeoutMs: 35_000,
};

/** The types that come otherwise than the driver would have them: Weir's numbers are safe integers. */
const [oidOfInt8, oidOfBytea] = [20, 17];

/** Connections to a server, opened when they are needed. Throws WeirError config_invalid for a URL that can't be used. */
export function openPostgres(place: ServerPlace, bounds: ServerBounds = defaultBounds): Database {
  const pool = new pg.Pool({
    ...connectionOf(place),
    application_name: 'weir-alerting',
    max: bounds.mostConnections,
    connectionTimeoutMillis: bounds.connectTimeoutMs,
    statement_timeout: bounds.statementTimeoutMs,
    lock_timeout: bounds.lockTimeoutMs,
    idle_in_transaction_session_timeout: bounds.idleInTransactionTimeoutMs,
    query_timeout: bounds.answerTimeoutMs,
    keepAlive: true,
    types: parsers,
  });
  // A connection that breaks while nobody uses it: the pool opens another.
  pool.on('error', () => undefined);
  // One that was given up may still say why, when nobody uses it and the pool has forgotten it.
  pool.on('connect', (client) => void client.on('error', () => undefined));

  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      throw explainDatabaseError(error);
    }
  };
  return {
    query: async (text, values) => {
      const client = await connect();
      return useClient(client, async () => {
        try {
          return await queryOf(client)(text, values);
        } catch (error) {
          throw explainDatabaseError(error);
        }
      });
    },
    transaction: async (opening, work) => {
      const client = await connect();
      return useClient(client, () => runTransaction(queryOf(client), opening, work));
    },
    close: () => pool.end(),
  };
}

/** Gives the connection back; one that may be broken, or in the middle of something, is closed. */
async function useClient<Result>(client: pg.PoolClient, work: () => Promise<Result>): Promise<Result> {
  let isBroken = false;
  const noteBroken = (): void => void (isBroken = true);
  client.on('error', noteBroken);
  try {
    return await work();
  } catch (error) {
    isBroken ||= error instanceof WeirError;
    throw error;
  } finally {
    client.off('error', noteBroken);
    client.release(isBroken);
  }
}

const queryOf =
  (client: pg.PoolClient): Query =>
  async <Row>(text: string, values?: readonly unknown[]) => {
    const { rows } = await client.query(text, values === undefined ? undefined : [...values]);
    return rows as Row[];
  };

const parsers: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    const parse = pg.types.getTypeParser(oid, format) as (text: string) => unknown;
    if (Number(oid) === oidOfInt8) return Number;
    return Number(oid) === oidOfBytea ? (text: string) => Uint8Array.from(parse(text) as Buffer) : parse;
  },
};

/** Modes of TLS as libpq means them; anything else is refused, so that nobody believes in more than there is. */
function connectionOf({ url, caFile }: ServerPlace): pg.PoolConfig {
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(?:ql)?:$/.test(parsed.protocol))
    throw new WeirError('config_invalid', 'DATABASE_URL is no postgres:// URL.');
  const mode =
    parsed.searchParams.get('sslmode') ?? (isLoopback(parsed.hostname) ? 'disable' : 'verify-full');
  for (const name of [...parsed.searchParams.keys()]) {
    if (name !== 'sslmode')
      throw new WeirError('config_invalid', `DATABASE_URL has a parameter that is not known: ${name}.`);
  }
  parsed.search = '';
  return { connectionString: parsed.href, ssl: tlsOf(mode, parsed.hostname, caFile) };
}

function tlsOf(mode: string, host: string, caFile: string | undefined): pg.PoolConfig['ssl'] {
  const ca = caFile === undefined ? {} : { ca: readAuthorities(caFile) };
  switch (mode) {
    case 'disable':
      if (isLoopback(host)) return false;
      throw new WeirError(
        'config_invalid',
        'DATABASE_URL has sslmode=disable for a server that is not on this machine.',
      );
    case 'verify-ca':
      return { ...ca, rejectUnauthorized: true, minVersion: 'TLSv1.2', checkServerIdentity: () => undefined };
    case 'verify-full':
      return { ...ca, rejectUnauthorized: true, minVersion: 'TLSv1.2' };
    default:
      throw new WeirError(
        'config_invalid',
        'DATABASE_URL has an sslmode that is not verify-full, verify-ca or disable.',
      );
  }
}

function readAuthorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw new WeirError('config_invalid', 'The file with the authorities of the database can not be read.');
  }
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '' || host === '[::1]' || /^127\./.test(host);

import { after, test } from 'node:test';
import { createDevelopmentAuthority } from '@weir/local';
import { startPostgres } from '@weir/testkit';
import { alertStoreContract } from '../alert-store-contract.ts';
import { emptyStore } from '../fixtures/empty-store.ts';
import { ownerTests } from '../fixtures/owner-contract.ts';
import { planTests } from '../fixtures/plan-contract.ts';
import { serverFaultTests } from '../fixtures/server-faults-contract.ts';
import { serverTlsTests } from '../fixtures/server-tls-contract.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './open-postgres.ts';
import { createSqlAlertStore } from './sql-alert-store.ts';

const authority = await createDevelopmentAuthority();
const stranger = await createDevelopmentAuthority();
const tls = await authority.issue({ name: 'database', use: 'server', hosts: ['127.0.0.1'] });
const server = await startPostgres({ tls });

if (server === undefined) {
  test('a PostgreSQL server is looked for', (context) => {
    context.diagnostic(
      'No PostgreSQL was found on this machine (Debian and Ubuntu: apt-get install postgresql): the store was tested on the embedded one alone.',
    );
  });
} else {
  const database = openPostgres({ url: server.url });
  await migrate(database, { environment: 'test' });
  after(async () => {
    await database.close();
    await server.stop();
  });

  alertStoreContract(async () => {
    await emptyStore(database);
    return createSqlAlertStore(database);
  });
  ownerTests(database);
  planTests(database);
  serverTlsTests(server, { ca: authority.caPem, strangerCa: stranger.caPem });
  serverFaultTests(server, database);
}

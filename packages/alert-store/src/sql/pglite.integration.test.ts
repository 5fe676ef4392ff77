import { after } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { alertStoreContract } from '../alert-store-contract.ts';
import { emptyStore } from '../fixtures/empty-store.ts';
import { ownerTests } from '../fixtures/owner-contract.ts';
import { planTests } from '../fixtures/plan-contract.ts';
import { migrate } from './migrate.ts';
import { openPglite } from './open-pglite.ts';
import { createSqlAlertStore } from './sql-alert-store.ts';

const database = openPglite(makeTempFolder('alert-store'));
await migrate(database, { environment: 'test' });
after(() => database.close());

alertStoreContract(async () => {
  await emptyStore(database);
  return createSqlAlertStore(database);
});
ownerTests(database);
planTests(database);

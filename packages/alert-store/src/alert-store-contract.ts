import { acceptingTests } from './fixtures/accepting-contract.ts';
import { deliveryTests } from './fixtures/delivery-contract.ts';
import { listingTests } from './fixtures/listing-contract.ts';
import { transactionTests } from './fixtures/transaction-contract.ts';
import type { OpenStore } from './fixtures/open-store.ts';

/** What every store of alerts has to do, whatever it is made of. `open` answers an empty one. */
export function alertStoreContract(open: OpenStore): void {
  transactionTests(open);
  acceptingTests(open);
  deliveryTests(open);
  listingTests(open);
}

import type { AlertStore } from '@weir/alert-store';
import { WeirError } from '@weir/contracts';
import type { SimProcess } from './scheduler.ts';
import type { World } from './world.ts';

/**
 * The database of the alerts as a process reaches it: each call is a request that may be refused, or take
 * effect without an answer. A transaction is one request: what its work does to rows happens at the database.
 */
export function storeReachedBy({ alertStore }: World, process: SimProcess): AlertStore {
  const away = (): WeirError => new WeirError('store_unavailable', 'no answer from the database');
  const ask = <Result>(what: string, effect: () => Promise<Result>): Promise<Result> =>
    process.call('store', what, effect, away);
  return {
    transaction: (work) => ask('transaction', () => alertStore.transaction(work)),
    dueGroups: (...args) => ask('dueGroups', () => alertStore.dueGroups(...args)),
    nextDueAtMs: () => ask('nextDueAtMs', () => alertStore.nextDueAtMs()),
    activeSilences: (...args) => ask('activeSilences', () => alertStore.activeSilences(...args)),
    snoozedUntil: (...args) => ask('snoozedUntil', () => alertStore.snoozedUntil(...args)),
    quietEpisodes: (...args) => ask('quietEpisodes', () => alertStore.quietEpisodes(...args)),
    claimDeliveries: (...args) => ask('claimDeliveries', () => alertStore.claimDeliveries(...args)),
    settleDelivery: (...args) => ask('settleDelivery', () => alertStore.settleDelivery(...args)),
    notification: (...args) => ask('notification', () => alertStore.notification(...args)),
    failedDeliveries: (...args) => ask('failedDeliveries', () => alertStore.failedDeliveries(...args)),
    retryDeliveries: (...args) => ask('retryDeliveries', () => alertStore.retryDeliveries(...args)),
    deliveriesOfAlert: (...args) => ask('deliveriesOfAlert', () => alertStore.deliveriesOfAlert(...args)),
    listAlerts: (...args) => ask('listAlerts', () => alertStore.listAlerts(...args)),
    alertIdsBeginning: (...args) => ask('alertIdsBeginning', () => alertStore.alertIdsBeginning(...args)),
    alert: (...args) => ask('alert', () => alertStore.alert(...args)),
    entriesOf: (...args) => ask('entriesOf', () => alertStore.entriesOf(...args)),
    entriesById: (...args) => ask('entriesById', () => alertStore.entriesById(...args)),
    changesOf: (...args) => ask('changesOf', () => alertStore.changesOf(...args)),
    cases: (...args) => ask('cases', () => alertStore.cases(...args)),
    releaseRequestsOf: (...args) => ask('releaseRequestsOf', () => alertStore.releaseRequestsOf(...args)),
    outboxFrom: (...args) => ask('outboxFrom', () => alertStore.outboxFrom(...args)),
    outboxStart: () => ask('outboxStart', () => alertStore.outboxStart()),
    trimOutbox: (...args) => ask('trimOutbox', () => alertStore.trimOutbox(...args)),
    deleteClosed: (...args) => ask('deleteClosed', () => alertStore.deleteClosed(...args)),
    counts: () => ask('counts', () => alertStore.counts()),
    close: async () => undefined,
  };
}

export { createAccountHistory } from './account-history.ts';
export * from './history-cache.ts';
export * from './logarithm.ts';
export { packRecord, packRecords, recordFormat, unpackRecords } from './record-format.ts';
export * from './read-window-plan.ts';
export * from './types.ts';
export { isVisibleAt } from './visibility.ts';
export * from './window-plan.ts';

export * from './account-history.ts';
export * from './history-cache.ts';
export * from './logarithm.ts';
export * from './record-format.ts';
export * from './types.ts';
export * from './window-plan.ts';

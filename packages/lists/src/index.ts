export { createListBuilder } from './list-builder.ts';
export type { ListBuilder } from './list-builder.ts';
export { maxEntries, prefixBytes } from './list-format.ts';
export { mergeLists, removeEntries } from './merge-lists.ts';
export type { ChangedList } from './merge-lists.ts';
export { createPseudonymList } from './pseudonym-list.ts';
export type { PseudonymList } from './pseudonym-list.ts';
export {
  latestLists,
  listsEnd,
  listsPartition,
  listsTopic,
  readAbout,
  readListAt,
  readListBytes,
} from './read-lists.ts';
export type { ListsReader, PublishedList } from './read-lists.ts';
export { sealList } from './seal-list.ts';
export type { SealedList } from './seal-list.ts';
export { createListJoiner, listDigest, splitList } from './split-list.ts';
export type { ListJoiner, ListReference } from './split-list.ts';

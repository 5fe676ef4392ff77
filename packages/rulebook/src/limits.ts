/** A ruleset of five hundred rules with five hundred tests is about half of it. */
export const longestDocumentBytes = 512 * 1024;

/** Levels of YAML below its top, keys and their values counted alike: a ruleset has about twelve. */
export const deepestDocument = 64;

/** So many transactions one test tells: as many as the windows of a very busy account hold. */
export const mostTransactionsOfTest = 5_000;

/** So many all tests of a document tell: they are run in about a fifth of a second, while whoever publishes waits. */
export const mostTransactionsOfTests = 50_000;

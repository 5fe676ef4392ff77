/** A ruleset of five hundred rules with five hundred tests is about half of it. */
export const longestDocumentBytes = 512 * 1024;

/** Levels of YAML below its top, keys and their values counted alike: a ruleset has about twelve. */
export const deepestDocument = 64;

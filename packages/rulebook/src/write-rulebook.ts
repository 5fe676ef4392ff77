import type { Ruleset } from '@weir/rules';
import { Document, isMap, isPair, isScalar, isSeq, visit } from 'yaml';

/** Lines of prose and expressions are folded behind so many characters. */
const lineWidth = 110;

/** Groups of the document that stand apart, and whose members do where they are long. */
const groups = new Set(['constants', 'definitions', 'lists', 'rules', 'tests']);

/**
 * A ruleset as YAML that readRulebook reads as the same one: groups and their members apart from one
 * another, small lists in one line. What was published has lost its comments, so it has none.
 */
export function writeRulebook(ruleset: Ruleset): string {
  const document = new Document(ruleset, { version: '1.2', aliasDuplicateObjects: false });
  const { contents } = document;
  if (!isMap(contents)) throw new TypeError('a ruleset that is no object');
  for (const { key, value } of contents.items) {
    if (!isScalar(key) || !groups.has(String(key.value))) continue;
    key.spaceBefore = true;
    if (isSeq(value)) value.items.slice(1).forEach((item) => isMap(item) && (item.spaceBefore = true));
  }
  visit(document, {
    Collection(_key, collection, path) {
      const isOneLiner = isSeq(collection) ? collection.items.every(isScalar) : oneLiners.has(nameOver(path));
      if (isOneLiner && JSON.stringify(collection).length <= longestOneLiner) collection.flow = true;
    },
  });
  return document.toString({ lineWidth });
}

/** What reads best in one line where it is short: transactions of a test, conditions, hours of a day. */
const oneLiners = new Set(['given', 'when', 'hours']);
const longestOneLiner = 100;

/** The name that a value stands under, or that the list it is in does. */
function nameOver(path: readonly unknown[]): string {
  const pair = path.findLast(isPair);
  return isPair(pair) && isScalar(pair.key) ? String(pair.key.value) : '';
}

import type { ManagedKey } from './key-admin.ts';

/**
 * The keys of one class: the one its alias stands for, which seals, then the others, newest first.
 * Every key but the first of a class has an alias below it (`alias/x/2`), so that a policy on
 * `alias/x/*` lets those who may open with one open with all. Empty where the class has no key.
 */
export function keysBehind(alias: string, keys: readonly ManagedKey[]): readonly ManagedKey[] {
  const ofClass = keys.filter(({ aliases }) =>
    aliases.some((name) => name === alias || name.startsWith(`${alias}/`)),
  );
  const seals = (key: ManagedKey): number => (key.aliases.includes(alias) ? 0 : 1);
  return ofClass.toSorted((one, other) => seals(one) - seals(other) || other.createdAtMs - one.createdAtMs);
}

import { actingPerson } from '../ops/acting-person.ts';

/** Who types the command, in the form that a report and a decision about models carry. */
export function actingReporter(): string {
  const { actor } = actingPerson();
  const name = actor.name.replaceAll(/[^A-Za-z0-9._@-]/g, '_').slice(0, 64);
  return /^[A-Za-z0-9]/.test(name) ? name : `u${name}`.slice(0, 64);
}

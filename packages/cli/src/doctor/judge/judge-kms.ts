import { keyClasses, sealedStreamNames, sealedStreams } from '@weir/contracts';
import type { KeyClass, Role } from '@weir/contracts';
import { fail, ok, skipped, warn } from '../check.ts';
import type { Check } from '../check.ts';
import { inDays, limits } from '../limits.ts';

export type KeyAct = 'seal' | 'open' | 'sign';

/** The keys that sign: the audit trail's checkpoints, and the manifests of replays. */
export type SigningPurpose = 'audit-signing' | 'replay-signing';

export type KeyPurpose = KeyClass | SigningPurpose;

/** Each signing key is of one role alone. */
const signers: Readonly<Record<SigningPurpose, Role>> = {
  'audit-signing': 'notary',
  'replay-signing': 'replay',
};

const isSigning = (purpose: KeyPurpose): purpose is SigningPurpose => purpose in signers;

const keyPurposes: readonly KeyPurpose[] = [...keyClasses, 'audit-signing', 'replay-signing'];

/** How a dry call ended. Only `allowed` and `denied` say anything of rights; `unavailable` is no answer at all. */
export type KeyOutcome = 'allowed' | 'denied' | 'disabled' | 'pendingDeletion' | 'notFound' | 'unavailable';

export type KeyAttempt = {
  readonly role: Role;
  readonly keyClass: KeyPurpose;
  readonly keyArn: string;
  readonly act: KeyAct;
  readonly outcome: KeyOutcome;
};

/** Whether the act is granted: who writes a stream of the class seals, who reads one opens, and one role alone signs with a key. */
export const isGranted = (role: Role, keyClass: KeyPurpose, act: KeyAct): boolean =>
  isSigning(keyClass)
    ? act === 'sign' && signers[keyClass] === role
    : sealedStreamNames.some((name) => {
        const { keyClass: has, writers, readers } = sealedStreams[name];
        return act !== 'sign' && has === keyClass && (act === 'seal' ? writers : readers).includes(role);
      });

const acts: Readonly<Record<KeyAct, string>> = {
  seal: 'GenerateDataKey',
  open: 'Decrypt',
  sign: 'Sign',
};

const phrase = ({ keyClass, act }: KeyAttempt): string => `${act} ${keyClass}`;

const listed = (attempts: readonly KeyAttempt[]): string => [...new Set(attempts.map(phrase))].join(', ');

const granting = (attempts: readonly KeyAttempt[]): string =>
  [...new Set(attempts.map(({ act, keyArn }) => `kms:${acts[act]} on ${keyArn}`))].join(', ');

/** What the calls say: of each role, whether it may what it must and nothing more; of each key, its state. */
export function judgeKms(attempts: readonly KeyAttempt[]): readonly Check[] {
  const roles = [...new Set(attempts.map(({ role }) => role))];
  return [
    ...roles.flatMap((role) =>
      judgeRole(
        role,
        attempts.filter((attempt) => attempt.role === role),
      ),
    ),
    ...judgeKeys(attempts),
  ];
}

function judgeRole(role: Role, attempts: readonly KeyAttempt[]): readonly Check[] {
  const granted = attempts.filter(({ keyClass, act }) => isGranted(role, keyClass, act));
  const refused = granted.filter(({ outcome }) => outcome === 'denied');
  const silent = granted.filter(({ outcome }) => outcome === 'unavailable');
  const unusable = granted.filter(({ outcome }) => states[outcome] !== undefined);
  const untold = untoldOf(role, attempts);
  const may =
    refused.length > 0
      ? fail(
          ['kms.may', role],
          `is refused: ${listed(refused)}`,
          `Grant ${role} in the key policy: ${granting(refused)}; then see docs/runbooks/key-refused.md.`,
        )
      : silent.length > 0
        ? fail(['kms.may', role], `no answer to: ${listed(silent)}`, lookAtKms)
        : unusable.length > 0
          ? fail(
              ['kms.may', role],
              `cannot ${listed(unusable)}: the key is not usable`,
              'Mend the key first: see kms.keys.',
            )
          : untold.length > 0
            ? warn(
                ['kms.may', role],
                `is told of no key for ${untold.join(', ')}`,
                'Name the keys of these streams in KMS_KEYS, where this worker uses them.',
              )
            : ok(['kms.may', role], `can ${listed(granted)}`);
  return [may, judgeForeign(role, attempts)];
}

const lookAtKms = 'Look at the network to the KMS and its quotas, then run the doctor again.';

/** What the role has to do and nothing was tried for, because nobody named a key of the class. */
const untoldOf = (role: Role, attempts: readonly KeyAttempt[]): readonly string[] =>
  keyClasses.filter(
    (keyClass) =>
      (isGranted(role, keyClass, 'seal') || isGranted(role, keyClass, 'open')) &&
      !attempts.some((attempt) => attempt.keyClass === keyClass),
  );

/** A refusal is proof; no answer, and a key that nobody could use, are none. */
function judgeForeign(role: Role, attempts: readonly KeyAttempt[]): Check {
  const foreign = attempts.filter(({ keyClass, act }) => !isGranted(role, keyClass, act));
  const tooMuch = foreign.filter(({ outcome }) => outcome === 'allowed');
  const unproved = foreign.filter(({ outcome }) => outcome !== 'allowed' && outcome !== 'denied');
  if (tooMuch.length > 0)
    return fail(
      ['kms.mayNot', role],
      `can also ${listed(tooMuch)}`,
      `Take from ${role} in the key policy: ${granting(tooMuch)}.`,
    );
  if (unproved.length > 0)
    return warn(
      ['kms.mayNot', role],
      `neither allowed nor refused: ${listed(unproved)}`,
      'Mend what kms.keys and kms.reachable say, then run the doctor again.',
    );
  return foreign.length === 0
    ? skipped(['kms.mayNot', role], 'every key this role is told of is granted to it')
    : ok(['kms.mayNot', role], `is refused the other ${foreign.length} acts that were tried`);
}

const states: Readonly<Partial<Record<KeyOutcome, readonly [what: string, mend: string]>>> = {
  disabled: ['is disabled', 'Enable it again (aws kms enable-key), unless it was disabled on purpose.'],
  pendingDeletion: [
    'is to be deleted',
    'Cancel the deletion now (aws kms cancel-key-deletion, then enable-key): what it sealed is lost with it.',
  ],
  notFound: ['is not known to the KMS', 'Correct KMS_KEYS, or the region and account it points at.'],
};

function judgeKeys(attempts: readonly KeyAttempt[]): readonly Check[] {
  return keyPurposes.flatMap((keyClass) => {
    const ofClass = attempts.filter((attempt) => attempt.keyClass === keyClass);
    if (ofClass.length === 0) return [];
    const bad = ofClass.find(({ outcome }) => states[outcome] !== undefined);
    const state = bad === undefined ? undefined : states[bad.outcome];
    const keys = new Set(ofClass.map(({ keyArn }) => keyArn)).size;
    const used = new Set(ofClass.filter(({ outcome }) => outcome === 'allowed').map(({ keyArn }) => keyArn))
      .size;
    if (bad === undefined && used < keys)
      return [
        skipped(
          ['kms.keys', keyClass],
          `nobody who is looked at could use ${keys === 1 ? 'it' : `${keys - used} of its ${keys} keys`}, which says nothing of its state`,
        ),
      ];
    return bad === undefined || state === undefined
      ? [ok(['kms.keys', keyClass], keys === 1 ? 'usable' : `${keys} keys, all usable`)]
      : [fail(['kms.keys', keyClass], `${bad.keyArn} ${state[0]}`, state[1])];
  });
}

/** A caller of the development KMS as its file has it, without its secret. */
export type CallerRights = {
  readonly name: string;
  readonly allow: readonly { readonly operations: readonly string[]; readonly keys: readonly string[] }[];
};

/** What changes nothing and opens nothing: to look at keys, and the public half of the signing one. */
const looking: ReadonlySet<string> = new Set([
  'DescribeKey',
  'ListKeys',
  'ListAliases',
  'ListKeyRotations',
  'GetPublicKey',
  'GetKeyRotationStatus',
]);
const using: ReadonlySet<string> = new Set(['GenerateDataKey', 'Decrypt']);

const signs = (name: string): boolean => Object.values<string>(signers).includes(name);

/** The acts that can't be tried without doing them are read in the list of callers instead. */
export function judgeCallers(callers: readonly CallerRights[]): readonly Check[] {
  return callers
    .filter(({ name }) => name !== 'admin')
    .map(({ name, allow }) => {
      const tooMuch = allow.flatMap(({ operations, keys }) =>
        operations.flatMap((operation) => {
          const isTheirs =
            looking.has(operation) ||
            (using.has(operation) && !keys.includes('*')) ||
            (operation === 'Sign' && signs(name) && !keys.includes('*'));
          return isTheirs ? [] : [`${operation} on ${keys.join(' ')}`];
        }),
      );
      return tooMuch.length === 0
        ? ok(['kms.administration', name], 'may neither make nor change keys')
        : fail(
            ['kms.administration', name],
            `may also ${tooMuch.join(', ')}`,
            'Start the local stack again, which writes keys/callers.json anew from the table of streams.',
          );
    });
}

/** How old the newest material of a key is. */
export const judgeRotation = (keyClass: string, ageMs: number): Check =>
  ageMs > limits.keyAgeWarnMs
    ? warn(
        ['kms.rotation', keyClass],
        `its material is ${inDays(ageMs)} old`,
        `npx weir keys rotate ${keyClass}`,
      )
    : ok(['kms.rotation', keyClass], `its material is ${inDays(ageMs)} old`);

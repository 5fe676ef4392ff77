import { teamModelDescriptor, type TeamModelDescriptor } from '@weir/contracts';

/** What is wrong with a descriptor, and where: `path` reads like "featureNames.2". */
export type DescriptorProblem = { readonly path: string; readonly message: string };

export type DescriptorOutcome =
  | { readonly ok: true; readonly descriptor: TeamModelDescriptor }
  | { readonly ok: false; readonly problems: readonly [DescriptorProblem, ...DescriptorProblem[]] };

/**
 * Reads a team model's descriptor from parsed JSON and holds it against the
 * features there are: a model that is given what nobody computes would be asked
 * something else than it was trained for. Never throws.
 */
export function readDescriptor(body: unknown, knownFeatures: readonly string[]): DescriptorOutcome {
  const parsed = teamModelDescriptor.safeParse(body);
  const problems = parsed.success
    ? unknownFeatures(parsed.data, knownFeatures)
    : parsed.error.issues.map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  const [first, ...others] = problems;
  if (first !== undefined) return { ok: false, problems: [first, ...others] };
  if (!parsed.success) return { ok: false, problems: [{ path: '', message: 'not a descriptor' }] };
  return { ok: true, descriptor: parsed.data };
}

function unknownFeatures(
  descriptor: TeamModelDescriptor,
  knownFeatures: readonly string[],
): readonly DescriptorProblem[] {
  if (descriptor.kind === 'none') return [];
  return descriptor.featureNames.flatMap((name, index) =>
    knownFeatures.includes(name)
      ? []
      : [{ path: `featureNames.${String(index)}`, message: `no feature is called ${name}` }],
  );
}

/**
 * What a child needs to run at all, wherever it is from. Nothing else is handed
 * on: whoever types a command may have secrets of other programs in their
 * environment, or a variable that happens to be named like one of a worker's.
 * NODE_OPTIONS isn't among them either: what it loads would sit beside the keys.
 */
const inherited = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'JAVA_HOME',
  'NODE_EXTRA_CA_CERTS',
] as const;

/** The environment of a child process: the few variables every one inherits, and its own. */
export function childEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const kept = inherited.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...own };
}

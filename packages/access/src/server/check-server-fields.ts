import type { FieldProblem, GivenFields } from '@weir/runtime';

/** The variables that say where a server listens and what it shows itself with. */
type ServerVariables = {
  readonly host: string;
  readonly port: string;
  readonly cert: string;
  readonly key: string;
};

const loopback = ['127.0.0.1', '::1', 'localhost'];

/** What belongs together, and that no token crosses a network in clear. */
export function checkServerFields(
  given: GivenFields,
  { host, port, cert, key }: ServerVariables,
): readonly FieldProblem[] {
  const problems = [...given.together(cert, key)];
  if (!given.has(cert) && !loopback.includes(String(given.value(host))))
    problems.push({ variable: cert, message: `is needed where ${host} is not loopback` });
  if (Number(given.value(port)) > 65_535)
    problems.push({ variable: port, message: 'expected a port, 0 to 65535' });
  return problems;
}

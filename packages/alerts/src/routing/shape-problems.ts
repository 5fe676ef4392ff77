import type { z } from 'zod';
import type { RoutingProblem } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** Names that somebody may look for who is about to write a secret down: where it belongs instead. */
const secretFields: Readonly<Record<string, string>> = {
  url: 'this URL is a secret: write it to a file and name the file by urlFile',
  secret: 'a secret stands in a file of its own: name it by secretsFile',
  secrets: 'secrets stand in a file of their own: name it by secretsFile',
  routingKey: 'the key stands in a file of its own: name it by routingKeyFile',
  token: 'a token stands in a file of its own: name it by tokenFile',
  password: 'no password stands here: mail goes by the relay of SMTP_URL',
};

/** What is wrong with the shape of a document, in words. Says names of fields, never a value. */
export const shapeProblems = (issues: readonly Issue[]): readonly RoutingProblem[] =>
  issues.flatMap((issue) => {
    const path = issue.path.map(String).join('.');
    const at = (field: string): string => (path === '' ? field : `${path}.${field}`);
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((field) => ({ path: at(field), message: unknownField(field) }));
      case 'invalid_type':
        return [{ path, message: wrongType(issue) }];
      case 'invalid_value':
        return [{ path, message: `expected one of ${issue.values.map(String).join(', ')}` }];
      case 'invalid_union':
        return [{ path, message: 'expected one of mail, webhook, slack, teams, pagerduty, syslog, ocsf' }];
      case 'invalid_format':
        return [{ path, message: wrongFormat(path) }];
      case 'invalid_key':
        return [{ path, message: 'expected a name of 1 to 40 of a–z, 0–9 and inner hyphens' }];
      case 'too_big':
        return [{ path, message: `${issue.origin === 'array' ? 'too many: ' : ''}at most ${issue.maximum}` }];
      case 'too_small':
        return [{ path, message: `at least ${issue.minimum}` }];
      case 'custom':
      case 'invalid_element':
      case 'not_multiple_of':
        return [{ path, message: issue.message }];
    }
  });

const unknownField = (field: string): string =>
  Object.hasOwn(secretFields, field) ? (secretFields[field] ?? '') : 'no field is named so here';

const wrongType = ({ expected, message }: Extract<Issue, { code: 'invalid_type' }>): string => {
  if (message.endsWith('received undefined')) return 'is missing';
  return `expected ${kindsOf[expected] ?? expected}`;
};

const kindsOf: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'fields with values',
  record: 'names with values',
  string: 'a text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

/** By the name of the field; lists end in the number of the item. */
function wrongFormat(path: string): string {
  const field = path
    .split('.')
    .filter((step) => !/^\d+$/.test(step))
    .at(-1);
  if (field === 'at' || field === 'from') return 'expected a time of day: "08:30", in quotes';
  if (field === 'to' && path.includes('times')) return 'expected a time of day up to "24:00", in quotes';
  if (field === 'to' && path.startsWith('receivers')) return 'expected a mail address';
  if (field === 'accounts' || field === 'counterparties' || path.startsWith('accountGroups'))
    return 'expected a pseudonym such as a1_…, never an account number';
  if (field === 'rules') return 'expected the id of a rule';
  return 'expected a name of 1 to 40 of a–z, 0–9 and inner hyphens';
}

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rejectionWords } from '../../packages/cli/src/dead-letters/rejection-words.ts';
import { exitCodes as commandExitCodes } from '../../packages/cli/src/exit-codes.ts';
import {
  alert,
  alertProblems,
  builtInReasons,
  errorRecovery,
  problems,
  rejectionCodes,
  replayProblems,
  securityRejectionCodes,
} from '../../packages/contracts/src/index.ts';
import { exitCodes as workerExitCodes } from '../../packages/runtime/src/index.ts';
import { subscriptionErrorCodes } from '../../packages/subscriber/src/subscription-error.ts';
import {
  alertMeanings,
  builtInMeanings,
  commandExitMeanings,
  errorMeanings,
  subscriptionMeanings,
  workerExitMeanings,
} from './error-meanings.mjs';
import { markdownTable } from './markdown-table.mjs';
import { repositoryRoot } from './repository.mjs';

const recoveryMeanings = {
  retry: 'goes on by itself',
  deadLetter: 'that record is refused',
  halt: 'stops',
};

/**
 * docs/reference/errors.md, from the closed lists of the code and the runbooks, each of
 * which says which codes it answers. Throws where a code has no meaning, and where one
 * that a person has to act on has no runbook.
 */
export function errorsPage() {
  const runbooks = readRunbooks();
  const subscriberOnly = subscriptionErrorCodes.filter((code) => !(code in errorRecovery));
  const page = [
    '# Codes',
    'Every code that Weir stops, refuses or alerts with, and the runbook that says what to do. This page is generated from the code; a code that somebody has to act on and that has no runbook fails the check.',
    '## Errors',
    'In the `error.code` of a log line, in `/readyz` and in `weir_retries_total`.',
    table(
      ['Code', 'The worker', 'Exit code, where it ends', 'What it means'],
      Object.keys(errorRecovery),
      errorMeanings,
      {
        cells: (code) => [recoveryMeanings[errorRecovery[code]], exitCodeOf(code)],
        answeredBy: (code) => runbooks.get(code),
        mustBeAnswered: (code) => errorRecovery[code] !== 'deadLetter',
      },
    ),
    '## Why a subscription ended',
    `The codes of [@weir/subscriber](../../packages/subscriber): ${subscriptionErrorCodes
      .filter((code) => code in errorRecovery)
      .map((code) => `\`${code}\``)
      .join(', ')} as above, and`,
    table(['Code', 'What it means'], subscriberOnly, subscriptionMeanings, {
      answeredBy: (code) => runbooks.get(code),
      mustBeAnswered: () => true,
    }),
    '## Why a record was refused',
    'In the dead letters of `transactions.rejected.v1`, in `weir_rejected_total`, and in the summary of a feed. A code that alerts is told to the security team and written to the audit trail; the others are for whoever feeds.',
    table(['Code', 'Alerts', 'What it means'], rejectionCodes, rejectionWords, {
      cells: (code) => [securityRejectionCodes.has(code) ? 'yes' : 'no'],
      answeredBy: (code) => runbooks.get(code),
      mustBeAnswered: () => true,
    }),
    '## What the HTTP door answers',
    'In the `code` of a problem (RFC 9457); a refused record beside accepted ones has its code of the table above. The [OpenAPI document](openapi.json) has the addresses and shapes.',
    markdownTable(
      ['Code', 'Status', 'What it means', 'Runbook'],
      Object.entries(problems).map(([code, [status, title]]) => [
        `\`${code}\``,
        String(status),
        `${title}.`,
        linkTo(runbooks.get(code)),
      ]),
    ),
    '## What the API of alerts answers',
    'Beside those of the door that any request may get. The [OpenAPI document](alerts-openapi.json) has the addresses and shapes.',
    markdownTable(
      ['Code', 'Status', 'What it means', 'Runbook'],
      Object.entries(alertProblems).map(([code, [status, title]]) => [
        `\`${code}\``,
        String(status),
        `${title}.`,
        linkTo(runbooks.get(code)),
      ]),
    ),
    '## What the API of replays answers',
    'Beside those of the door that any request may get. The [OpenAPI document](replays-openapi.json) has the addresses and shapes.',
    markdownTable(
      ['Code', 'Status', 'What it means', 'Runbook'],
      Object.entries(replayProblems).map(([code, [status, title]]) => [
        `\`${code}\``,
        String(status),
        `${title}.`,
        linkTo(runbooks.get(code)),
      ]),
    ),
    '## Alerts',
    table(['Kind', 'What it means'], alertKinds(), alertMeanings, {
      answeredBy: (kind) => runbooks.get(kind),
      // A refused record is answered by the page of its code.
      mustBeAnswered: (kind) => kind !== 'refused_record',
    }),
    'Reasons to hold a transaction that come from no rule:',
    table(['Reason', 'What it means'], builtInReasons, builtInMeanings, {
      answeredBy: (reason) => runbooks.get(reason),
      mustBeAnswered: () => true,
    }),
    '## Exit codes of workers',
    exitTable(workerExitCodes, workerExitMeanings),
    'Ingest has three more, for what it was given to feed: 65 it is not what it claims to be, 66 there is none, 73 it has been fed already, or its ledger is of another input.',
    '## Exit codes of commands',
    exitTable(commandExitCodes, commandExitMeanings),
    '`weir ingest` passes on those of ingest.',
  ];
  const known = new Set([
    ...Object.keys(errorRecovery),
    ...subscriberOnly,
    ...rejectionCodes,
    ...Object.keys(problems),
    ...Object.keys(alertProblems),
    ...Object.keys(replayProblems),
    ...alertKinds(),
    ...builtInReasons,
  ]);
  const stray = [...runbooks].find(([code]) => !known.has(code));
  if (stray !== undefined)
    throw new TypeError(`docs/runbooks/${stray[1]} answers ${stray[0]}, which is no code.`);
  return page;
}

/** Which page answers which code: each page names its own, behind "Codes:". */
function readRunbooks() {
  const folder = join(repositoryRoot, 'docs/runbooks');
  const index = readFileSync(join(folder, 'README.md'), 'utf8');
  const answers = new Map();
  for (const name of readdirSync(folder).filter((one) => one !== 'README.md')) {
    if (!index.includes(`(${name})`)) throw new TypeError(`docs/runbooks/README.md doesn't lead to ${name}.`);
    const [, codes = ''] = /^Codes: ((?:.+\n)+)/m.exec(readFileSync(join(folder, name), 'utf8')) ?? [];
    for (const [, code] of codes.matchAll(/`([a-z0-9_]+)`/g)) {
      const other = answers.get(code);
      if (other !== undefined)
        throw new TypeError(`Both ${other} and ${name} in docs/runbooks answer ${code}.`);
      answers.set(code, name);
    }
  }
  return answers;
}

function table(heads, codes, meanings, { cells = () => [], answeredBy, mustBeAnswered }) {
  assertSameNames(codes, meanings);
  const rows = codes.map((code) => {
    const runbook = answeredBy(code);
    if (runbook === undefined && mustBeAnswered(code)) {
      throw new TypeError(`No page of docs/runbooks answers ${code}: write one, with "Codes: \`${code}\`".`);
    }
    return [`\`${code}\``, ...cells(code), meanings[code], linkTo(runbook)];
  });
  return markdownTable([...heads, 'Runbook'], rows);
}

const linkTo = (runbook) =>
  runbook === undefined ? '' : `[${runbook.replace('.md', '')}](../runbooks/${runbook})`;

function exitTable(codes, meanings) {
  assertSameNames(Object.keys(codes), meanings);
  const rows = Object.entries(codes).map(([name, code]) => [String(code), meanings[name]]);
  return markdownTable(['Code', 'What it means'], rows);
}

function assertSameNames(names, meanings) {
  const missing = names.find((name) => !(name in meanings));
  if (missing !== undefined) throw new TypeError(`Say what ${missing} means in bin/lib/error-meanings.mjs.`);
  const gone = Object.keys(meanings).find((name) => !names.includes(name));
  if (gone !== undefined) throw new TypeError(`bin/lib/error-meanings.mjs explains ${gone}, which is gone.`);
}

/** What a worker that can't go on for this code ends with. */
function exitCodeOf(code) {
  if (code === 'config_invalid') return String(workerExitCodes.configurationInvalid);
  switch (errorRecovery[code]) {
    case 'halt':
      return String(workerExitCodes.halted);
    case 'retry':
      return String(workerExitCodes.temporaryFailure);
    default:
      return '';
  }
}

const alertKinds = () => alert.options.map((option) => option.shape.kind.value);

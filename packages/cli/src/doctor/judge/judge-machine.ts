import { fail, ok, warn } from '../check.ts';
import type { Check } from '../check.ts';
import { inBytes, limits } from '../limits.ts';

export type MachineFacts = {
  /** As process.versions.node says it: 24.1.0. */
  readonly nodeVersion: string;
  /** 'unused' where no local Kafka is run; undefined where no Java answers. */
  readonly javaMajor: number | 'unused' | undefined;
  readonly availableBytes: number;
  /** The soft limit; undefined where this system doesn't say. */
  readonly openFiles: number | undefined;
  readonly disks: readonly { readonly folder: string; readonly freeBytes: number }[];
};

export function judgeMachine(facts: MachineFacts): readonly Check[] {
  return [
    judgeNode(facts.nodeVersion),
    ...judgeJava(facts.javaMajor),
    judgeMemory(facts.availableBytes),
    ...judgeOpenFiles(facts.openFiles),
    ...facts.disks.map(judgeDisk),
  ];
}

const judgeNode = (version: string): Check =>
  Number(version.split('.')[0]) >= limits.nodeMajor
    ? ok('machine.node', `Node ${version}`)
    : fail(
        'machine.node',
        `Node ${version}; Weir needs ${limits.nodeMajor}`,
        `Run "npm install" in the repository, which brings Node ${limits.nodeMajor}, and start with npm or bin/weir.mjs.`,
      );

function judgeJava(major: MachineFacts['javaMajor']): readonly Check[] {
  if (major === 'unused') return [];
  if (major !== undefined && major >= limits.javaMajor) return [ok('machine.java', `Java ${major}`)];
  const found = major === undefined ? 'no Java was found on the PATH' : `Java ${major} is too old for Kafka`;
  const mend = `Install a JDK ${limits.javaMajor} or later (apt-get install openjdk-17-jdk-headless), or bring your own Kafka with KAFKA_BROKERS.`;
  return [fail('machine.java', found, mend)];
}

function judgeMemory(bytes: number): Check {
  const what = `${inBytes(bytes)} of memory to be had`;
  const mend =
    'End what else runs here, or give the machine more memory: the local parts and workers take about 1.5 GiB.';
  if (bytes < limits.memoryFailBytes) return fail('machine.memory', what, mend);
  if (bytes < limits.memoryWarnBytes) return warn('machine.memory', what, mend);
  return ok('machine.memory', what);
}

function judgeOpenFiles(limit: number | undefined): readonly Check[] {
  if (limit === undefined) return [];
  const what = limit === Infinity ? 'any number of open files' : `${limit} open files`;
  const mend = `Raise the limit where the process is started: ulimit -n ${limits.openFilesWarn}, or LimitNOFILE= in its unit.`;
  if (limit < limits.openFilesFail) return [fail('machine.openFiles', what, mend)];
  if (limit < limits.openFilesWarn) return [warn('machine.openFiles', what, mend)];
  return [ok('machine.openFiles', what)];
}

function judgeDisk({ folder, freeBytes }: MachineFacts['disks'][number]): Check {
  const what = `${inBytes(freeBytes)} free where ${folder} is`;
  const mend =
    'Free space on that disk, or move the folder to a larger one (WEIR_HOME chooses the home of the local stack).';
  if (freeBytes < limits.diskFailBytes) return fail(['machine.disk', folder], what, mend);
  if (freeBytes < limits.diskWarnBytes) return warn(['machine.disk', folder], what, mend);
  return ok(['machine.disk', folder], what);
}

export type ProcessFacts = {
  readonly supervisorRuns: boolean;
  readonly parts: readonly { readonly name: string; readonly runs: boolean; readonly ready: boolean }[];
};

export function judgeProcesses({ supervisorRuns, parts }: ProcessFacts): readonly Check[] {
  const names = (chosen: ProcessFacts['parts']): string => chosen.map(({ name }) => name).join(', ');
  if (!supervisorRuns) {
    const left = parts.filter(({ runs }) => runs);
    if (left.length === 0)
      return [warn('machine.processes', 'nothing runs here', 'Start the local stack: npm start')];
    return [
      fail(
        'machine.processes',
        `left behind by a run that was killed: ${names(left)}`,
        'Start the stack again with "npm start", which ends what was left behind first.',
      ),
    ];
  }
  const down = parts.filter(({ runs, ready }) => !runs || !ready);
  if (down.length === 0) return [ok('machine.processes', `${parts.length} parts run`)];
  return [
    fail(
      'machine.processes',
      `down: ${names(down)}`,
      `Look at the last lines of ${down.map(({ name }) => `logs/${name}.log`).join(', ')} in the home folder, then start again.`,
    ),
  ];
}

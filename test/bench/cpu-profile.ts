import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What V8 writes for --cpu-prof, as far as it is needed (Chrome DevTools Protocol, Profiler.Profile). */
const cpuProfile = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

type Share = { readonly name: string; readonly selfMs: number; readonly percent: number };

/** Where the CPU time of a process went by itself, not in what it called: by package and by function. */
export type ProfileSummary = {
  readonly busyMs: number;
  readonly packages: readonly Share[];
  readonly functions: readonly Share[];
};

const functionsShown = 40;

/** Reads every .cpuprofile of a folder and adds them up. Time in which nothing ran does not count. */
export function summariseProfiles(folder: string): ProfileSummary {
  const byPackage = new Map<string, number>();
  const byFunction = new Map<string, number>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.cpuprofile'))) {
    const { nodes, samples, timeDeltas } = cpuProfile.parse(
      JSON.parse(readFileSync(join(folder, file), 'utf8')),
    );
    const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
    samples.forEach((id, index) => {
      const frame = frames.get(id);
      if (frame === undefined || frame.functionName === '(idle)') return;
      const owner = packageOf(frame);
      const ms = (timeDeltas[index] ?? 0) / 1_000;
      add(byPackage, owner, ms);
      const place = frame.url.split('/').at(-1) ?? '';
      add(byFunction, `${owner} ${frame.functionName || '(anonymous)'} ${place}:${frame.lineNumber + 1}`, ms);
    });
  }
  const busyMs = [...byPackage.values()].reduce((sum, ms) => sum + ms, 0);
  const shares = (of: ReadonlyMap<string, number>): Share[] =>
    [...of]
      .toSorted(([, a], [, b]) => b - a)
      .map(([name, selfMs]) => ({ name, selfMs, percent: (selfMs * 100) / busyMs }));
  return { busyMs, packages: shares(byPackage), functions: shares(byFunction).slice(0, functionsShown) };
}

function add(sums: Map<string, number>, name: string, ms: number): void {
  sums.set(name, (sums.get(name) ?? 0) + ms);
}

/** The library, workspace or part of Node that a function belongs to. */
export function packageOf({ url, functionName }: { url: string; functionName: string }): string {
  if (url.startsWith('node:')) return 'node';
  const [, inLibraries] = url.split(/^.*\/node_modules\//);
  const library = /^(?:@[^/]+\/)?[^/]+/.exec(inLibraries ?? '')?.[0];
  if (library !== undefined) return library;
  const workspace = /\/((?:packages|services|infra)\/[^/]+|test\/[^/]+)\//.exec(url)?.[1];
  if (workspace !== undefined) return workspace;
  // The collector and native code have no place of their own.
  return functionName.startsWith('(') ? functionName : 'native';
}

export function describeProfile({ busyMs, packages, functions }: ProfileSummary): string {
  const lines = (shares: readonly Share[]): string[] =>
    shares
      .filter(({ percent }) => percent >= 0.3)
      .map(
        ({ name, selfMs, percent }) =>
          `${percent.toFixed(1).padStart(6)} % ${selfMs.toFixed(0).padStart(8)} ms  ${name}`,
      );
  return [
    `CPU time of detection by itself: ${busyMs.toFixed(0)} ms`,
    'By package:',
    ...lines(packages),
    'By function:',
    ...lines(functions),
  ].join('\n');
}

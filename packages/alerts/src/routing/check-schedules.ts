import type { Routing } from './document.ts';
import { isTimeZone } from './local-time.ts';
import type { RoutingProblem } from './problem.ts';
import { isAlwaysOn } from './schedule-time.ts';

const unknownZone = 'no time zone is named so; expected one such as Europe/Amsterdam';

/** What is wrong with times: zones that there aren't, spans without a length, quiet hours without an end. */
export function checkSchedules({ schedules, routes }: Routing): readonly RoutingProblem[] {
  return [
    ...Object.entries(schedules).flatMap(([name, { timeZone, times }]) => [
      ...(isTimeZone(timeZone) ? [] : [{ path: `schedules.${name}.timeZone`, message: unknownZone }]),
      ...times.flatMap(({ from, to }, index) =>
        from === to ? [{ path: `schedules.${name}.times.${index}.to`, message: 'not the same as from' }] : [],
      ),
    ]),
    ...routes.flatMap(({ digest, quietHours }, index) => {
      const schedule =
        quietHours !== undefined && Object.hasOwn(schedules, quietHours.schedule)
          ? schedules[quietHours.schedule]
          : undefined;
      return [
        ...(digest === undefined || isTimeZone(digest.timeZone)
          ? []
          : [{ path: `routes.${index}.digest.timeZone`, message: unknownZone }]),
        ...(schedule !== undefined && isAlwaysOn(schedule)
          ? [{ path: `routes.${index}.quietHours.schedule`, message: 'never ends: nobody would be told' }]
          : []),
      ];
    }),
  ];
}

import type { Health } from '@weir/runtime';

export type DoorHealth = {
  readonly problems: () => Health;
  /** The door listens; until then it isn't ready. */
  readonly opened: (checks: () => Health) => void;
};

/** Ready once the door listens, and as long as nothing keeps records from getting through. */
export function createDoorHealth(): DoorHealth {
  let checks: () => Health = () => [{ part: 'door', reason: 'starting' }];
  return {
    problems: () => checks(),
    opened(given) {
      checks = given;
    },
  };
}

import type { Asked } from '@weir/access';
import type { TokenScope } from '@weir/contracts';

/** Adds a route that is answered with JSON. */
export type AddRoute = (
  method: 'GET' | 'POST',
  url: string,
  scope: TokenScope,
  answer: (asked: Asked) => Promise<object>,
) => void;

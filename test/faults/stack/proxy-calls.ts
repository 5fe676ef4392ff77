/** What the thread of the proxies is asked. `value`: a target port to `start`, a time in ms to `delay`. */
export type ProxyCall = {
  readonly id: number;
  readonly to: number;
  readonly name: 'start' | 'cut' | 'block' | 'delay' | 'restore' | 'close';
  readonly value: number;
};

export type ProxyAnswer = {
  readonly id: number;
  /** To `start` the proxy's port and number, to `cut` how many connections there were, to `restore` what was held up. */
  readonly value: number | { readonly port: number; readonly number: number };
};

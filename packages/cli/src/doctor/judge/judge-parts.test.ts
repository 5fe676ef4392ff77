import { judgeCheckpoint } from './judge-audit.ts';
import { judgeTokens } from './judge-door.ts';
import { judgeMail } from './judge-reach.ts';
import { tableOf } from './judges.fixture.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

const relay = (isEncrypted: boolean, offersStartTls: boolean, isLoopback: boolean) => ({
  facts: { isEncrypted, offersStartTls },
  isLoopback,
});
tableOf(
  ({ facts, isLoopback }: ReturnType<typeof relay>) => [judgeMail(facts, isLoopback)],
  [
    ['a relay with TLS is well', relay(true, false, false), 'mail.relay', { status: 'ok' }],
    ['a relay with STARTTLS is well', relay(false, true, false), 'mail.relay', { status: 'ok' }],
    ['a plain relay on this machine is well', relay(false, false, true), 'mail.relay', { status: 'ok' }],
    [
      'a plain relay elsewhere fails',
      relay(false, false, false),
      'mail.relay',
      { status: 'fail', mend: /STARTTLS/ },
    ],
  ],
);

const trail = (waitsMs: number | undefined) => ({
  entries: 10,
  checkpoint: { treeSize: 8, atMs: 0 },
  uncoveredSinceMs: waitsMs === undefined ? undefined : 0,
  nowMs: waitsMs ?? 365 * dayMs,
});
tableOf(
  (facts: Parameters<typeof judgeCheckpoint>[0]) => [judgeCheckpoint(facts)],
  [
    [
      'a quiet trail is well however old its checkpoint is',
      trail(undefined),
      'audit.checkpoint',
      { status: 'ok' },
    ],
    ['entries that wait a minute are well', trail(minuteMs), 'audit.checkpoint', { status: 'ok' }],
    [
      'entries that wait four minutes are warned of',
      trail(4 * minuteMs),
      'audit.checkpoint',
      { status: 'warn' },
    ],
    [
      'entries that wait for hours fail',
      trail(120 * minuteMs),
      'audit.checkpoint',
      { status: 'fail', mend: /notary/ },
    ],
    [
      'a trail that was never signed fails',
      { ...trail(120 * minuteMs), checkpoint: undefined },
      'audit.checkpoint',
      { status: 'fail', what: /no checkpoint/ },
    ],
    [
      'a trail without entries is well',
      { ...trail(undefined), entries: 0 },
      'audit.checkpoint',
      { status: 'ok' },
    ],
  ],
);

const token = (days: number | null) => [
  { name: 'bank-a', expiresAt: days === null ? null : new Date(days * dayMs).toISOString() },
];
tableOf(
  (tokens: ReturnType<typeof token>) => [judgeTokens(tokens, 0)],
  [
    ['a token without an end is well', token(null), 'door.tokens', { status: 'ok' }],
    ['a token that ends in a month is well', token(30), 'door.tokens', { status: 'ok' }],
    [
      'a token that ends soon is warned of by name',
      token(3),
      'door.tokens',
      { status: 'warn', what: /bank-a/ },
    ],
    [
      'a token that has ended is warned of by name',
      token(-1),
      'door.tokens',
      { status: 'warn', what: /expired: bank-a/ },
    ],
  ],
);

import type { AccessToken, ProblemCode, TokenScope } from '@weir/contracts';
import type { TokenBook } from './token-book.ts';

/** What a connection shows of its client. */
export type Presented = {
  readonly authorization: string | undefined;
  /** Of the client certificate: its subject in one line, and whether our authority vouches for it now. */
  readonly certificate: { readonly subject: string; readonly isTrusted: boolean } | undefined;
};

/** Why a caller was refused, for the audit trail; the answer says less. */
export type CallerRefusal =
  'certificate_untrusted' | 'missing' | 'malformed' | 'unknown' | 'expired' | 'certificate_other';

export type Caller =
  | { readonly ok: true; readonly token: AccessToken }
  | {
      readonly ok: false;
      readonly problem: Extract<ProblemCode, 'token_missing' | 'token_refused' | 'certificate_refused'>;
      readonly why: CallerRefusal;
      /** The name of the token, where one was found; what was presented is never repeated. */
      readonly tokenName?: string;
    };

/** RFC 6750: b64token. Longer ones are none of ours, and are not worth a digest. */
const bearer = /^Bearer ([A-Za-z0-9._~+/=-]{1,200})$/i;

/** Says who calls. Pure but for the book; `nowMs` is the wall clock. */
export function authenticate(book: TokenBook, presented: Presented, nowMs: number): Caller {
  const { authorization, certificate } = presented;
  if (certificate !== undefined && !certificate.isTrusted) {
    return { ok: false, problem: 'certificate_refused', why: 'certificate_untrusted' };
  }
  if (authorization === undefined) return { ok: false, problem: 'token_missing', why: 'missing' };
  const text = bearer.exec(authorization)?.[1];
  if (text === undefined) return refused('malformed');
  const token = book.find(text);
  if (token === undefined) return refused('unknown');
  if (token.expiresAt !== null && Date.parse(token.expiresAt) <= nowMs) return refused('expired', token);
  const { certificateSubject } = token;
  if (certificateSubject !== null && certificateSubject !== certificate?.subject) {
    return refused('certificate_other', token);
  }
  return { ok: true, token };
}

const refused = (why: CallerRefusal, token?: AccessToken): Caller => ({
  ok: false,
  problem: 'token_refused',
  why,
  ...(token === undefined ? {} : { tokenName: token.name }),
});

export const mayUse = (token: AccessToken, scope: TokenScope): boolean => token.scopes.includes(scope);

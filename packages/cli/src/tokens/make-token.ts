import { X509Certificate } from 'node:crypto';
import {
  accessToken,
  formatInstant,
  maxTokens,
  subjectInOneLine,
  tokenDigest,
  tokenScopes,
  tokenText,
  type AccessToken,
} from '@weir/contracts';
import { CommandError, exitCodes } from '../exit-codes.ts';

/** What a person says of a token. */
export type TokenWish = {
  readonly name: string;
  readonly tenant: string;
  readonly source: string;
  readonly scopes: readonly string[];
  readonly expiresInDays: number | undefined;
  /** PEM text of the client certificate it is bound to. */
  readonly certificatePem: string | undefined;
};

const dayMs = 86_400_000;

/** Makes a token of random bytes: its text, which is shown once, and what is kept. Throws CommandError for a wish that can't be met. */
export function makeToken(
  wish: TokenWish,
  random: Uint8Array,
  nowMs: number,
): { readonly text: string; readonly token: AccessToken } {
  const text = tokenText(random);
  const { name, tenant, source, scopes, expiresInDays, certificatePem } = wish;
  const parsed = accessToken.safeParse({
    name,
    tenant,
    source,
    scopes: [...new Set(scopes)],
    sha256: tokenDigest(text).toString('hex'),
    createdAt: formatInstant(nowMs),
    expiresAt: expiresInDays === undefined ? null : formatInstant(nowMs + expiresInDays * dayMs),
    certificateSubject: certificatePem === undefined ? null : subjectOf(certificatePem),
  });
  if (parsed.success) return { text, token: parsed.data };
  const fields = [...new Set(parsed.error.issues.map(({ path }) => String(path[0])))].join(', ');
  throw new CommandError(
    exitCodes.usage,
    `not as it should be: ${fields} (names are 1–40 of a–z, 0–9 and inner hyphens; scopes are ${tokenScopes.join(', ')})`,
  );
}

/** The list with the token. Throws CommandError where its name is taken or there are too many. */
export function withToken(tokens: readonly AccessToken[], token: AccessToken): readonly AccessToken[] {
  if (tokens.some(({ name }) => name === token.name)) {
    throw new CommandError(
      exitCodes.usage,
      `there is a token named ${token.name}: choose another name, or revoke that one first`,
    );
  }
  if (tokens.length >= maxTokens) {
    throw new CommandError(exitCodes.usage, `there are ${maxTokens} tokens already: revoke some first`);
  }
  return [...tokens, token];
}

/** The list without the token of that name. Throws CommandError where there is none. */
export function withoutToken(tokens: readonly AccessToken[], name: string): readonly AccessToken[] {
  const left = tokens.filter((token) => token.name !== name);
  if (left.length === tokens.length)
    throw new CommandError(exitCodes.usage, `there is no token named ${name}`);
  return left;
}

function subjectOf(pem: string): string {
  try {
    return subjectInOneLine(new X509Certificate(pem).subject);
  } catch (cause) {
    throw new CommandError(exitCodes.usage, 'the certificate is not one in PEM', { cause });
  }
}

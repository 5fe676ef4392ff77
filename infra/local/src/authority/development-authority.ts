import { existsSync, readFileSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { X509Certificate, webcrypto } from 'node:crypto';
import { ensurePrivateFolder } from '../home.ts';
import { writePrivateFile } from '../write-private-file.ts';

/** What one certificate is for. */
export type CertificateRequest = {
  /** The common name: who serves, or who the client is. */
  readonly name: string;
  /** Names and addresses a server is reached by; this machine's when not given. A client's certificate has none. */
  readonly hosts?: readonly string[];
  /** A peer both serves and calls others of its kind, as brokers do. */
  readonly use: 'server' | 'client' | 'peer';
  readonly notBefore?: Date;
  readonly notAfter?: Date;
};

/** A certificate and the private key it speaks for, PEM text; the key as PKCS #8. */
export type IssuedCertificate = { readonly certPem: string; readonly keyPem: string };

export type DevelopmentAuthority = {
  /** What clients and servers check each other's certificates against. */
  readonly caPem: string;
  /** A certificate with a new key, from five minutes ago until 397 days from now when nothing else is asked for. */
  issue(request: CertificateRequest): Promise<IssuedCertificate>;
};

const dayMs = 86_400_000;
const authorityDays = 5 * 365;
/** The longest that clients take a server's certificate for (CA/Browser Forum baseline until 2026). */
const leafDays = 397;
/** Clocks of containers and virtual machines differ. */
const clockSkewMs = 300_000;

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' } as const;
/** Says wherever a certificate is looked at that nothing else may build on it. */
const organisation = 'Weir, development only';

/** How this machine is reached by itself. */
export const loopbackHosts: readonly string[] = ['localhost', '127.0.0.1', '::1'];

/** An authority that lives in memory: for tests, and for whoever plays a stranger. */
export async function createDevelopmentAuthority(): Promise<DevelopmentAuthority> {
  return authorityOf(await makeAuthority());
}

/**
 * The authority kept in `folder` as `ca.pem` and `ca-key.pem` (0600), made where
 * it is missing, and anew where what it issues would outlive it. One process at
 * a time.
 */
export async function openDevelopmentAuthority(folder: string): Promise<DevelopmentAuthority> {
  ensurePrivateFolder(folder);
  const certFile = join(folder, 'ca.pem');
  const keyFile = join(folder, 'ca-key.pem');
  if (existsSync(certFile) && existsSync(keyFile)) {
    const kept = { certPem: readFileSync(certFile, 'utf8'), keyPem: readFileSync(keyFile, 'utf8') };
    const endsMs = Date.parse(new X509Certificate(kept.certPem).validTo);
    if (endsMs > Date.now() + leafDays * dayMs) return authorityOf(kept);
  }
  const made = await makeAuthority();
  // Whoever is killed between the two leaves a key without a certificate, which is made anew, and no pair that doesn't match.
  rmSync(certFile, { force: true });
  writePrivateFile(keyFile, made.keyPem);
  writePrivateFile(certFile, made.certPem);
  return authorityOf(made);
}

async function makeAuthority(): Promise<IssuedCertificate> {
  const x509 = await import('./x509.ts');
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
  const nowMs = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subject('Weir development authority'),
    notBefore: new Date(nowMs - clockSkewMs),
    notAfter: new Date(nowMs + authorityDays * dayMs),
    signingAlgorithm,
    keys,
    extensions: [
      // It signs what serves and what calls, never another authority.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { certPem: asText(certificate.toString('pem')), keyPem: await exportKey(keys.privateKey) };
}

function authorityOf(authority: IssuedCertificate): DevelopmentAuthority {
  return { caPem: authority.certPem, issue: (request) => issue(authority, request) };
}

async function issue(authority: IssuedCertificate, request: CertificateRequest): Promise<IssuedCertificate> {
  const x509 = await import('./x509.ts');
  const issuer = new x509.X509Certificate(authority.certPem);
  const keys = await webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
  const nowMs = Date.now();
  const serves = request.use !== 'client';
  const calls = request.use !== 'server';
  const hosts = serves ? (request.hosts ?? loopbackHosts) : [];
  const certificate = await x509.X509CertificateGenerator.create({
    subject: subject(request.name),
    issuer: issuer.subjectName,
    notBefore: request.notBefore ?? new Date(nowMs - clockSkewMs),
    notAfter: request.notAfter ?? new Date(nowMs + leafDays * dayMs),
    signingAlgorithm,
    publicKey: keys.publicKey,
    signingKey: await importKey(authority.keyPem),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      // What a worker shows to the broker must not serve in its name.
      new x509.ExtendedKeyUsageExtension(
        [
          ...(serves ? [x509.ExtendedKeyUsage.serverAuth] : []),
          ...(calls ? [x509.ExtendedKeyUsage.clientAuth] : []),
        ],
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      ...(hosts.length === 0
        ? []
        : [
            new x509.SubjectAlternativeNameExtension(
              hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
            ),
          ]),
    ],
  });
  return { certPem: asText(certificate.toString('pem')), keyPem: await exportKey(keys.privateKey) };
}

const subject = (name: string) => [{ O: [organisation] }, { CN: [name] }];

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return asText(['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----'].join('\n'));
}

function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = Buffer.from(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, keyAlgorithm, false, ['sign']);
}

const asText = (pem: string): string => `${pem.trim()}\n`;

import type { PlannedCase } from './case-apis.ts';

/** What somebody is told who has exported a case: how its receiver opens and checks it. */
export function toldOfExport(
  { file, sha256, records, alerts }: { file: string; sha256: string; records?: number; alerts?: number },
  { sealedTo }: Pick<PlannedCase, 'sealedTo'>,
): readonly string[] {
  return [
    `The case is in ${file}: ${String(records ?? 0)} records, ${String(alerts ?? 0)} alerts.`,
    `SHA-256 ${sha256}`,
    sealedTo === null
      ? 'It is OPENED: whoever has the file reads it.'
      : `Who holds the key opens it with: age -d -i key.txt ${file} > case.zip`,
    'And checks it with: npx weir case verify case.zip --key replay.pem --audit-key audit.pem',
    'The keys (npx weir replay public-key > replay.pem, npx weir audit public-key > audit.pem) go to them by another way.',
  ];
}

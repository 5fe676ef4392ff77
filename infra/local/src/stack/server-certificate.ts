import { openDevelopmentAuthority } from '../authority/development-authority.ts';
import { ensurePrivateFolder } from '../home.ts';
import { writePrivateFile } from '../write-private-file.ts';

/** Issues a new certificate of the development authority in `<home>/tls` for who serves under these hosts. */
export async function ensureServerCertificate(
  home: string,
  options: {
    readonly name: string;
    readonly hosts: readonly string[];
    readonly certFile: string;
    readonly keyFile: string;
  },
): Promise<void> {
  const { name, hosts, certFile, keyFile } = options;
  const authority = await openDevelopmentAuthority(ensurePrivateFolder(home, 'tls'));
  const { certPem, keyPem } = await authority.issue({ name, use: 'server', hosts });
  writePrivateFile(keyFile, keyPem);
  writePrivateFile(certFile, certPem);
}

import { fsyncSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { syncToDisk } from './sync-to-disk.ts';

/**
 * PGlite starts without waiting for the disk (-F), and its file system ignores the call that would. Both are
 * put right here: what is committed has been written to the disk, as by a server. It also takes the memory and
 * the disk that a server would; an embedded one has a small part of a process.
 */
export const durableStart: readonly string[] = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...settings({
    ...{ fsync: 'on', wal_sync_method: 'fsync', full_page_writes: 'on', synchronous_commit: 'on' },
    ...{ shared_buffers: '32MB', min_wal_size: '32MB', max_wal_size: '128MB' },
  }),
];

function settings(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** What of the library's files is used here; a folder has no number of its own. */
type OpenFile = { readonly nfd?: number; readonly node: unknown };
type Wasm = {
  readonly FS: { readonly ErrnoError: new (errno: number) => Error };
  readonly NODEFS: {
    readonly stream_ops: { fsync?: (file: OpenFile) => void };
    readonly realPath: (node: unknown) => string;
    readonly convertNodeCode: (error: unknown) => number;
  };
};

/** The folder of an embedded database. */
export function createDurableFolder(folder: string): NodeFS {
  const files = new NodeFS(folder);
  const init = files.init.bind(files);
  files.init = async (database, options) => {
    const { emscriptenOpts } = await init(database, options);
    // The library types it as a list of functions alone; so it is one here.
    emscriptenOpts.preRun = [...(emscriptenOpts.preRun ?? []), syncFiles];
    return { emscriptenOpts };
  };
  return files;
}

function syncFiles(wasm: unknown): void {
  const { FS, NODEFS } = wasm as Wasm;
  NODEFS.stream_ops.fsync = ({ nfd, node }) => {
    try {
      if (nfd === undefined) syncToDisk(NODEFS.realPath(node));
      else fsyncSync(nfd);
    } catch (error) {
      // As PostgreSQL expects it, which then stops rather than believe that what it wrote is there.
      throw new FS.ErrnoError(NODEFS.convertNodeCode(error));
    }
  };
}

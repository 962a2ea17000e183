// Learns of changes to files, whichever way an editor writes them.

import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Tells the path of each file that changes: one of these, or one below a folder of these. Returns how to end it. */
export function watchPaths(paths: readonly string[], tell: (path: string) => void): () => void {
  const watchers = paths.map((path) => (statSync(path).isDirectory() ? watchFolder : watchFile)(path, tell));
  return () => {
    for (const watcher of watchers) watcher.close();
  };
}

function watchFolder(folder: string, tell: (path: string) => void): FSWatcher {
  return watch(folder, { recursive: true }, (_event, name) => {
    if (name !== null) tell(join(folder, name));
  });
}

/** By its folder: many editors put a new file in the place of the old one, and a watch of the old one stays with it. */
function watchFile(path: string, tell: (path: string) => void): FSWatcher {
  return watch(dirname(path), (_event, name) => {
    if (name === basename(path)) tell(path);
  });
}

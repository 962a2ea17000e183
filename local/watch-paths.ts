// Notices changes to files, however an editor writes them.

import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Reports the path of each changed file among these paths and below these folders. Returns a function that ends it. */
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

/** By its folder: many editors replace the file by a new one, and a watch would stay with the old one. */
function watchFile(path: string, tell: (path: string) => void): FSWatcher {
  return watch(dirname(path), (_event, name) => {
    if (name === basename(path)) tell(path);
  });
}

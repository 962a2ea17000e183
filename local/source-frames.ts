// Stack traces of a bundled Worker as its sources have them. The bundle is minified, so that a frame in it says nothing
// to a reader; its source map knows which line of which file each frame is.

import { SourceMap, type SourceMapPayload } from 'node:module';
import { relative, resolve } from 'node:path';

/** A frame's position in the bundle, as workerd writes it: `index.js:1:2345`. */
const POSITION = /\bindex\.js:(\d+):(\d+)/g;

export interface BundlePlace {
  /** Folder of the bundle, from which the map names its sources. */
  readonly bundle: string;
  /** Folder that paths are shown relative to. */
  readonly project: string;
}

/** Returns what replaces every position in the bundle by its source; one that the map doesn't know stays. */
export function sourceFrames(mapText: string, { bundle, project }: BundlePlace): (text: string) => string {
  const map = new SourceMap(JSON.parse(mapText) as SourceMapPayload);
  return (text) =>
    text.replaceAll(POSITION, (position, line: string, column: string) => {
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      if (!('originalSource' in entry)) return position;
      const path = relative(project, resolve(bundle, entry.originalSource));
      return `${path}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    });
}

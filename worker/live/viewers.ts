// Who looks: over hibernatable WebSockets, or by server-sent events. Sends each what is new for its level, and a snapshot to
// whoever has none yet, or was too slow.

import type { LiveLevel, LiveMessage, LiveRefusal } from '../../api/live.ts';
import { changeOf, type Scene, snapshotOf } from './scene.ts';

/** In all: each costs the object a second's work every few minutes, and the platform's memory. */
export const MOST_VIEWERS = 200;

/** Somebody who is told. */
interface Viewer {
  readonly level: LiveLevel;
  /** Whether the last scene has been sent, so that a change is enough. */
  isCurrent: boolean;
  /** False if it still has not taken what was sent before. */
  send(text: string): boolean;
}

export class Viewers {
  readonly #viewers = new Set<Viewer>();
  readonly #build: string;
  #last: Scene | undefined;

  constructor(build: string) {
    this.#build = build;
  }

  get count(): number {
    return this.#viewers.size;
  }

  /** Sends everything at once if anything is known. Returns a function that forgets it. */
  add(level: LiveLevel, send: (text: string) => boolean): () => void {
    const viewer: Viewer = { level, send, isCurrent: false };
    this.#viewers.add(viewer);
    if (this.#last !== undefined) this.#tell(viewer, this.#snapshots(this.#last));
    return () => this.#viewers.delete(viewer);
  }

  show(scene: Scene): void {
    const before = this.#last;
    this.#last = scene;
    const snapshots = this.#snapshots(scene);
    const changes = onceEach((level) => (before === undefined ? undefined : changeOf(before, scene, level)));
    for (const viewer of this.#viewers) this.#tell(viewer, viewer.isCurrent ? changes : snapshots, snapshots);
  }

  /** What was seen is old by the time that somebody looks again. */
  forget(): void {
    this.#last = undefined;
  }

  #snapshots(scene: Scene) {
    return onceEach((level) => snapshotOf(scene, level, this.#build));
  }

  #tell(viewer: Viewer, texts: Texts, otherwise: Texts = texts): void {
    viewer.isCurrent = viewer.send(texts(viewer.level) ?? otherwise(viewer.level) ?? '');
  }
}

type Texts = (level: LiveLevel) => string | undefined;

/** The text of a message, made once for each level. */
function onceEach(make: (level: LiveLevel) => LiveMessage | undefined): Texts {
  const made = new Map<LiveLevel, string | undefined>();
  return (level) => {
    if (!made.has(level)) made.set(level, textOf(make(level)));
    return made.get(level);
  };
}

function textOf(message: LiveMessage | undefined): string | undefined {
  return message && JSON.stringify(message);
}

/** @param code why there is nothing to see */
export function refusalText(code: LiveRefusal['code'], message: string): string {
  return JSON.stringify({ kind: 'refused', code, message } satisfies LiveRefusal);
}

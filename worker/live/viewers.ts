// Those who look at the live map, over a WebSocket or as a stream of events: one way to tell each of them something.

import type { LiveMessage } from '../../api/live.ts';
import type { Allowed } from './allowed.ts';

/** What is kept of one who looks. */
export interface Note {
  /** ms since the epoch. */
  readonly since: number;
  /** For the limit of calls. */
  readonly address: string;
  /** By a sign-in or a header of its first request, or else as the public. Absent until its first message is here. */
  readonly allowed?: Allowed;
  /** Whether its first message was here. */
  readonly hasSaid: boolean;
  /** Whether a snapshot was sent; changes apply to it. */
  readonly isTold: boolean;
  /** Of a WebSocket, `at` of what it was told last, and of what it last said that it has read. */
  readonly toldAt?: number;
  readonly readAt?: number;
  /** Since when it has been too slow to be told anything, ms since the epoch. */
  readonly slowSince?: number;
}

export interface Viewer {
  note: Note;
  /** False if it is too slow to take any more now. @throws if it is gone */
  tell(message: LiveMessage): boolean;
  end(code: number, reason: string): void;
}

/**
 * Nothing tells how much of what was sent over a WebSocket waits for its reader, so the reader says what it has read. One
 * that is so far behind is told nothing until it has caught up: what waits for it is bounded.
 */
const MOST_BEHIND_MS = 15_000;

/** Of a WebSocket; its note sleeps with it. */
export function socketViewer(socket: WebSocket): Viewer {
  const viewer: Viewer = {
    get note() {
      return socket.deserializeAttachment() as Note;
    },
    set note(note: Note) {
      socket.serializeAttachment(note);
    },
    tell: (message) => {
      const { note } = viewer;
      if (message.kind !== 'refused') {
        const { toldAt = message.at, readAt = toldAt } = note;
        if (toldAt - readAt > MOST_BEHIND_MS) return false;
        viewer.note = { ...note, toldAt: message.at, readAt };
      }
      socket.send(JSON.stringify(message));
      return true;
    },
    end: (code, reason) => socket.close(code, reason),
  };
  return viewer;
}

/** Messages that wait for a slow reader of events, before it is left out for a while. */
const MOST_WAITING = 8;

/** Of a stream of events, which lives no longer than this object. */
export function eventViewer(
  note: Note,
  onGone: (viewer: Viewer) => void,
): { viewer: Viewer; body: ReadableStream } {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const encoder = new TextEncoder();
  const viewer: Viewer = {
    note,
    tell: (message) => {
      if ((controller?.desiredSize ?? 0) <= 0) return false;
      controller?.enqueue(encoder.encode(`data: ${JSON.stringify(message)}\n\n`));
      return true;
    },
    end: () => controller?.close(),
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (own) => {
        controller = own;
      },
      cancel: () => onGone(viewer),
    },
    { highWaterMark: MOST_WAITING },
  );
  return { viewer, body };
}

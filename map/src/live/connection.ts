// The connection to `GET /api/live`: a WebSocket, server-sent events where WebSockets do not pass, and questions where there
// is neither. It comes back by itself, and at once when the machine has slept or the network has returned.

import { ApiError } from '../../../api/api-error.ts';
import type { LiveChange, LiveMessage, LiveRead, LiveRefusal, LiveSnapshot } from '../../../api/live.ts';
import { PATHS } from '../../../api/paths.ts';
import { readEvents } from './event-stream.ts';
import { poll } from './polled.ts';

export type ConnectionState =
  | { readonly is: 'connecting' }
  | { readonly is: 'live' }
  /** `until` is of performance.now(). */
  | { readonly is: 'waiting'; readonly until: number }
  | { readonly is: 'refused'; readonly refusal: LiveRefusal };

export interface ConnectionOptions {
  readonly token: () => string | undefined;
  readonly onMessage: (message: LiveSnapshot | LiveChange) => void;
  readonly onState: (state: ConnectionState) => void;
}

export interface Connection {
  /** With the token that there is now, or because a person does not want to wait. */
  reconnect(): void;
  close(): void;
}

/** The first pause, doubled with each attempt that fails. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

/** An open socket that says nothing for so long has not told what is live. */
const FIRST_MESSAGE_MS = 10_000;

/** Meridian says something every ten seconds: a connection that is silent for longer is dead. */
const SILENT_MS = 25_000;

/** A timer that is so late tells of a machine that has slept, and a socket that may be dead without knowing. */
const TICK_MS = 2_000;
const SLEPT_MS = 15_000;

/** A page that nobody has looked at for so long asks no more: what looks costs. */
const HIDDEN_MS = 60_000;

/** Meridian wants to know at least every fifteen seconds how far was read. */
const SAY_READ_EVERY_MS = 5_000;

/** Of a deployment that is older than what it would tell live. */
const NOT_THERE = 404;

export function openConnection({ token, onMessage, onState }: ConnectionOptions): Connection {
  let failures = 0;
  let usesEvents = false;
  let abort = new AbortController();
  let retry: ReturnType<typeof setTimeout> | undefined;

  const connect = () => {
    clearTimeout(retry);
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    onState({ is: 'connecting' });
    let heard = false;
    const ended = () => {
      if (signal.aborted) return;
      abort.abort();
      // A WebSocket that never told anything may be one that something on the way does not let pass.
      if (!heard) usesEvents = !usesEvents;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** failures, LONGEST_PAUSE_MS);
      failures += 1;
      onState({ is: 'waiting', until: performance.now() + pause });
      retry = setTimeout(connect, pause);
    };
    let silent = setTimeout(ended, FIRST_MESSAGE_MS);
    const heardOf = (text: string) => {
      if (signal.aborted) return undefined;
      const message = JSON.parse(text) as LiveMessage;
      heard = true;
      clearTimeout(silent);
      silent = setTimeout(ended, SILENT_MS);
      if (message.kind === 'refused') {
        abort.abort();
        onState({ is: 'refused', refusal: message });
        return message;
      }
      failures = 0;
      onState({ is: 'live' });
      onMessage(message);
      return message;
    };
    signal.addEventListener('abort', () => clearTimeout(silent));
    const way = { token: token(), onText: heardOf, signal };
    if (usesEvents) void overEvents(way).then(ended, ended);
    else overSocket(way, ended);
  };

  let ticked = Date.now();
  const clock = setInterval(() => {
    const late = Date.now() - ticked;
    ticked = Date.now();
    // The timers of a page that is hidden are late as well.
    if (late > SLEPT_MS && document.visibilityState === 'visible') now();
  }, TICK_MS);
  const now = () => {
    failures = 0;
    connect();
  };
  let hidden: ReturnType<typeof setTimeout> | undefined;
  let isPaused = false;
  const seen = () => {
    clearTimeout(hidden);
    if (document.visibilityState === 'hidden') {
      hidden = setTimeout(() => {
        isPaused = true;
        clearTimeout(retry);
        abort.abort();
      }, HIDDEN_MS);
    } else if (isPaused) {
      isPaused = false;
      now();
    }
  };
  document.addEventListener('visibilitychange', seen);
  const online = () => now();
  addEventListener('online', online);
  connect();
  return {
    reconnect: now,
    close: () => {
      clearInterval(clock);
      clearTimeout(retry);
      abort.abort();
      clearTimeout(hidden);
      document.removeEventListener('visibilitychange', seen);
      removeEventListener('online', online);
    },
  };
}

interface Way {
  readonly token: string | undefined;
  /** What it says; undefined once nobody listens. */
  readonly onText: (text: string) => LiveMessage | undefined;
  readonly signal: AbortSignal;
}

/** A browser can send no header with the upgrade, and a token is in no URL: it is in the first message. */
function overSocket({ token, onText, signal }: Way, onEnd: () => void): void {
  const socket = new WebSocket(new URL(PATHS.live, location.href.replace(/^http/, 'ws')));
  socket.addEventListener('open', () => socket.send(JSON.stringify(token === undefined ? {} : { token })));
  let said = 0;
  socket.addEventListener('message', ({ data }) => {
    const message = onText(String(data));
    if (message === undefined || message.kind === 'refused' || message.at - said < SAY_READ_EVERY_MS) return;
    said = message.at;
    socket.send(JSON.stringify({ read: message.at } satisfies LiveRead));
  });
  socket.addEventListener('close', onEnd);
  signal.addEventListener('abort', () => socket.close());
}

async function overEvents({ token, onText, signal }: Way): Promise<void> {
  const headers = {
    accept: 'text/event-stream',
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const answer = await fetch(PATHS.live, { headers, signal });
  if (answer.ok && answer.body !== null) await readEvents(answer.body, onText);
  else if (await tellsNothingLive(answer))
    await poll(token, (snapshot) => onText(JSON.stringify(snapshot)), signal);
}

async function tellsNothingLive(answer: Response): Promise<boolean> {
  if (answer.status === NOT_THERE) return true;
  return new ApiError(answer.status, await answer.json()).code === 'live_unavailable';
}

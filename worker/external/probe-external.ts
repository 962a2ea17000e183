// Whether an external region would take a client: an upgrade, the server's INFO, and an orderly end, without signing in. A
// server that closes meanwhile would close to clients too. The time until it answers the close is one round trip.

import type { ExternalRegion } from '../../regions/config.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { dialExternal, type ExternalMeans, hasTls } from './dial-external.ts';
import { ExternalError } from './external-error.ts';
import { printable, readInfo, type ServerInfo } from './server-info.ts';

/** A client gives up soon after that, or is sent elsewhere. */
export const PROBE_WITHIN_MS = 2_500;

/** A server that does not want its client says so right after INFO. */
const SETTLE_MS = 100;

const NORMAL_CLOSURE = 1000;
/** What the platform reports for it (RFC 6455, 7.1.5). */
const NO_CLOSE_FRAME = 1006;
const CUT = ' (the connection was cut)';

/** One that takes clients. */
export interface Probed extends ServerInfo {
  /** Absent if it did not answer the close. */
  readonly rttMs?: number;
}

/** @throws ExternalError in words that anyone may read */
export async function probeExternal(
  region: ExternalRegion,
  means: ExternalMeans,
  now: () => number = Date.now,
): Promise<Probed> {
  const abort = new AbortController();
  let heard: Heard | undefined;
  const probing = async () => {
    const { webSocket } = await dialExternal(region, means, undefined, abort.signal);
    if (webSocket === null) throw new ExternalError('it answered without a WebSocket');
    heard = new Heard(webSocket);
    return await read(region, heard, now);
  };
  try {
    return await withTimeout(probing(), PROBE_WITHIN_MS, `it did not answer within ${PROBE_WITHIN_MS} ms`);
  } catch (error) {
    abort.abort();
    heard?.close();
    throw error instanceof ExternalError ? error : new ExternalError(messageIn(error), { cause: error });
  }
}

async function read(region: ExternalRegion, heard: Heard, now: () => number): Promise<Probed> {
  const first = await heard.next();
  if (first === undefined) throw new ExternalError(`it closes before it says INFO${heard.reason}`);
  const info = readInfo(first);
  if (info === undefined) {
    throw new ExternalError('what is there is no NATS server: it does not begin with INFO');
  }
  if (info.needsTls && !hasTls(region)) {
    throw new ExternalError(
      'it asks for TLS in its INFO, and its url has none: set url to wss://, or take tls out of its websocket block',
    );
  }
  const second = await Promise.race([heard.next(), afterMs(SETTLE_MS)]);
  if (second !== SETTLED) {
    const why = second === undefined ? heard.reason : said(second, ': ');
    throw new ExternalError(`it closes after INFO${why}`);
  }
  const closing = now();
  heard.close();
  await heard.closed;
  const rttMs = now() - closing;
  return { ...info, ...(rttMs > 0 && { rttMs }) };
}

const SETTLED = Symbol('settled');

/** Resolves after that time. Scheduled by workerd's own timer. */
function afterMs(ms: number): Promise<typeof SETTLED> {
  return new Promise((resolve) => setTimeout(() => resolve(SETTLED), ms));
}

/** What comes over a WebSocket, one message after the other. */
class Heard {
  readonly #webSocket: WebSocket;
  readonly #messages: string[] = [];
  readonly closed: Promise<void>;
  #isOver = false;
  #why = '';
  #wake = () => {};

  constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
    webSocket.binaryType = 'arraybuffer';
    const over = Promise.withResolvers<void>();
    this.closed = over.promise;
    const end = (why: string) => {
      this.#isOver = true;
      this.#why = why;
      over.resolve();
      this.#wake();
    };
    webSocket.addEventListener('message', ({ data }) => {
      this.#messages.push(typeof data === 'string' ? data : new TextDecoder().decode(data as ArrayBuffer));
      this.#wake();
    });
    webSocket.addEventListener('close', ({ code, reason }) =>
      end(code === NO_CLOSE_FRAME ? CUT : ` (${code}${said(reason, ' ')})`),
    );
    webSocket.addEventListener('error', () => end(CUT));
    webSocket.accept();
  }

  get reason(): string {
    return this.#why;
  }

  /** Undefined once it is closed. */
  async next(): Promise<string | undefined> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined || this.#isOver) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  close(): void {
    try {
      this.#webSocket.close(NORMAL_CLOSURE, 'looked at');
    } catch {
      // It is closed already.
    }
  }
}

const MOST_CHARACTERS = 100;

/** What it said, in short. */
function said(text: string, before: string): string {
  const shown = printable(text).slice(0, MOST_CHARACTERS);
  return shown === '' ? '' : before + shown;
}

function messageIn(error: unknown): string {
  return error instanceof Error ? error.message : 'the connection to it was lost';
}

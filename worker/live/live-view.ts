// The object that looks for all who look at the map: at the regions and their links every second, at where clients are every
// five, and only while somebody looks. No region is started by it.
//
// Who makes good what fails: the alarm comes every half minute while somebody looks, and looks on if the object was reset; the
// page connects again. A deploy, and so a secret that is changed, resets the object and ends the connections: whoever has a
// token that was withdrawn is refused when it connects again. Connections are ended after an hour, so that a sign-in counts
// no longer.

import { DurableObject } from 'cloudflare:workers';
import * as v from 'valibot';
import { type LiveHello, LiveHelloSchema, type LiveLevel, type LivePlace } from '../../api/live.ts';
import { withTimeout } from '../../waiting/with-timeout.ts';
import { activeConfig, adoptConfig } from '../config/active-config.ts';
import { configStore } from '../config/store-stub.ts';
import type { Env } from '../env.ts';
import { messageOf } from '../message-of.ts';
import { eventViewer } from './event-viewer.ts';
import { levelOf } from './level.ts';
import { ADDRESS_HEADER, SIGN_IN_HEADER } from './live-stub.ts';
import { look, lookAtPlaces } from './look.ts';
import { MOST_VIEWERS, refusalText, Viewers } from './viewers.ts';

const LOOK_EVERY_MS = 1_000;
const PLACES_EVERY_MS = 5_000;
const VERSION_EVERY_MS = 2_000;
const VERSION_WITHIN_MS = 1_000;
const WATCH_EVERY_MS = 30_000;

/** A browser says who it is as soon as it is connected. */
const HELLO_WITHIN_MS = 5_000;

/** A token is much shorter. */
const HELLO_CHARACTERS = 4_096;

const LIFE_MS = 3_600_000;

const POLICY_VIOLATION = 1008;
const GOING_AWAY = 1001;

const FULL = refusalText('too_many', `${MOST_VIEWERS} look already: try again later`);

/** What is kept with a WebSocket, also while the object is not in memory. */
interface Attachment {
  readonly since: number;
  readonly address: string | null;
  /** By a sign-in; null if there is none, and regions are hidden from anyone. */
  readonly signIn: LiveLevel | null;
  /** Once it has said who it is. */
  readonly level?: LiveLevel;
}

export class LiveView extends DurableObject<Env> {
  readonly #viewers: Viewers;
  readonly #leave = new Map<WebSocket, () => void>();
  #isLooking = false;
  #places: readonly LivePlace[] = [];
  #placesAt = 0;
  #versionAt = 0;

  constructor(ctx: DurableObject['ctx'], env: Env) {
    super(ctx, env);
    this.#viewers = new Viewers(env.CF_VERSION_METADATA?.id ?? '');
    // Those who looked when the object was reset.
    for (const socket of ctx.getWebSockets()) {
      const { level } = attachmentOf(socket);
      if (level !== undefined) this.#welcome(socket, level);
    }
    this.#begin();
  }

  override async fetch(request: Request): Promise<Response> {
    const signIn = request.headers.get(SIGN_IN_HEADER) as LiveLevel | null;
    if (request.headers.get('upgrade') === null) return this.#overEvents(signIn ?? 'public');
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    attach(server, { since: Date.now(), address: request.headers.get(ADDRESS_HEADER), signIn });
    if (this.#isFull) refuse(server, FULL);
    else this.#begin();
    return new Response(null, { status: 101, webSocket: client });
  }

  /** The first says who it is; there are no others. */
  override async webSocketMessage(socket: WebSocket, text: string | ArrayBuffer): Promise<void> {
    const attachment = attachmentOf(socket);
    if (attachment.level !== undefined) return;
    const hello = helloOf(text);
    if (hello === undefined) return socket.close(POLICY_VIOLATION, 'the first message says who looks');
    const level = await this.#levelOf(attachment, hello);
    if (typeof level !== 'string') return refuse(socket, refusalText(level.code, level.message));
    attach(socket, { ...attachment, level });
    this.#welcome(socket, level);
    this.#begin();
  }

  override async webSocketClose(socket: WebSocket): Promise<void> {
    this.#forget(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#forget(socket);
  }

  override async alarm(): Promise<void> {
    this.#begin();
  }

  get #isFull(): boolean {
    return this.#viewers.count >= MOST_VIEWERS || this.ctx.getWebSockets().length > MOST_VIEWERS;
  }

  get #isWatched(): boolean {
    return this.#viewers.count > 0 || this.ctx.getWebSockets().length > 0;
  }

  #overEvents(level: LiveLevel): Response {
    const viewer = eventViewer();
    if (this.#isFull) {
      viewer.send(FULL);
      viewer.end();
      return viewer.response;
    }
    const leave = this.#viewers.add(level, viewer.send);
    const life = setTimeout(viewer.end, LIFE_MS);
    void viewer.gone.then(() => {
      clearTimeout(life);
      leave();
    });
    this.#begin();
    return viewer.response;
  }

  #levelOf({ signIn, address }: Attachment, { token }: LiveHello) {
    if (token === undefined && signIn !== null) return signIn;
    const headers = new Headers({
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(address !== null && { [ADDRESS_HEADER]: address }),
    });
    return levelOf(new Request('https://live/', { headers }), this.env, activeConfig(this.env).config);
  }

  #welcome(socket: WebSocket, level: LiveLevel): void {
    const leave = this.#viewers.add(level, (text) => {
      try {
        socket.send(text);
        return true;
      } catch {
        // It is being closed.
        return false;
      }
    });
    this.#leave.set(socket, leave);
  }

  #forget(socket: WebSocket): void {
    this.#leave.get(socket)?.();
    this.#leave.delete(socket);
  }

  /** Looks from now on, unless it does already, or nobody is there. */
  #begin(): void {
    if (this.#isLooking || !this.#isWatched) return;
    this.#isLooking = true;
    this.ctx.waitUntil(
      this.#lookOn().catch((error: unknown) => console.error(`the live view: ${messageOf(error)}`)),
    );
  }

  async #lookOn(): Promise<void> {
    let watchedAt = 0;
    try {
      while (this.#isWatched) {
        const now = Date.now();
        if (now - watchedAt >= WATCH_EVERY_MS / 2) {
          watchedAt = now;
          await this.ctx.storage.setAlarm(now + WATCH_EVERY_MS);
        }
        this.#endThoseWhoseTimeIsOver(now);
        await this.#look(now);
        const rest = LOOK_EVERY_MS - (Date.now() - now);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, rest)));
      }
      await this.ctx.storage.deleteAlarm();
    } finally {
      this.#isLooking = false;
      this.#viewers.forget();
    }
  }

  async #look(now: number): Promise<void> {
    if (now - this.#versionAt >= VERSION_EVERY_MS) {
      this.#versionAt = now;
      await this.#adoptNewest();
    }
    const scene = await look(this.env, activeConfig(this.env), this.#places);
    this.#viewers.show(scene);
    if (now - this.#placesAt < PLACES_EVERY_MS) return;
    this.#placesAt = now;
    this.#places = await lookAtPlaces(this.env, activeConfig(this.env), scene);
  }

  /** An edit is to be seen at once, and not when KV shows it. */
  async #adoptNewest(): Promise<void> {
    try {
      const late = `it did not answer within ${VERSION_WITHIN_MS} ms`;
      const newest = await withTimeout(
        configStore(this.env)?.current() ?? Promise.resolve(undefined),
        VERSION_WITHIN_MS,
        late,
      );
      if (newest !== undefined) adoptConfig(this.env, newest.version, newest.config);
    } catch (error) {
      console.warn(`the live view does not know the newest version: ${messageOf(error)}`);
    }
  }

  #endThoseWhoseTimeIsOver(now: number): void {
    for (const socket of this.ctx.getWebSockets()) {
      const { since, level } = attachmentOf(socket);
      if (now - since < (level === undefined ? HELLO_WITHIN_MS : LIFE_MS)) continue;
      this.#forget(socket);
      socket.close(GOING_AWAY, level === undefined ? 'nobody said who looks' : 'connect again');
    }
  }
}

function helloOf(text: string | ArrayBuffer): LiveHello | undefined {
  if (typeof text !== 'string' || text.length > HELLO_CHARACTERS) return undefined;
  try {
    const parsed = v.safeParse(LiveHelloSchema, JSON.parse(text));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

function refuse(socket: WebSocket, text: string): void {
  socket.send(text);
  socket.close(POLICY_VIOLATION, 'refused');
}

function attach(socket: WebSocket, attachment: Attachment): void {
  socket.serializeAttachment(attachment);
}

function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}

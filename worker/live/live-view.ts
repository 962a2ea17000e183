// The object of the live map: asks the regions once a second while somebody looks, and tells everybody who does what has
// changed. While nobody looks it asks nothing and sleeps. Its sockets outlive its sleep.

import { DurableObject } from 'cloudflare:workers';
import * as v from 'valibot';
import {
  type LiveChange,
  type LiveHello,
  LiveHelloSchema,
  type LiveLevel,
  type LivePlace,
  type LiveRefusal,
} from '../../api/live.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { addressOf } from '../admin/address.ts';
import { activeConfig, adoptConfig, refreshConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import { messageOf } from '../message-of.ts';
import { type Allowed, allowedBy, noLongerAllowed, refusal } from './allowed.ts';
import { changeBetween, forLevel, type Seen } from './changes.ts';
import { wantsEvents } from './live.ts';
import type { LiveMethods } from './live-stub.ts';
import { look, lookAtPlaces } from './look.ts';
import { pageBuild } from './page-build.ts';
import { eventViewer, type Note, socketViewer, type Viewer } from './viewers.ts';

const EVERY_MS = 1_000;
const PLACES_EVERY_MS = 5_000;

/** Told also while nothing changes, so that a page knows a connection that died in silence. */
const BEAT_EVERY_MS = 10_000;

/** More than look at one deployment at once; each costs a message a second. */
const MOST_VIEWERS = 200;

/** Whoever opens a socket and says nothing is given up. */
const HELLO_WITHIN_MS = 5_000;

/** A token has at most a few hundred characters. */
const MOST_HELLO_CHARS = 4_096;

const POLICY_VIOLATION = 1008;
const TOO_BIG = 1009;

/** What those of a level, who know all that was seen before, are told now. */
type News = (level: LiveLevel) => LiveChange | 'snapshot' | undefined;

export class LiveView extends DurableObject<Env> implements Pick<LiveMethods, 'edited'> {
  readonly #readers = new Set<Viewer>();
  #last: Seen | undefined;
  #places: readonly LivePlace[] = [];
  #placesAt = 0;
  #beatAt = 0;
  #build: Promise<string> | undefined;

  override async fetch(request: Request): Promise<Response> {
    const { config } = activeConfig(this.env);
    const note = { since: Date.now(), address: addressOf(request), hasSaid: false, isTold: false };
    const isFull = this.#viewers().length >= MOST_VIEWERS;
    const allowed = isFull
      ? refusal('too_many', `${MOST_VIEWERS} look at the map already: try again later`)
      : await allowedBy(request, this.env, config);
    if (wantsEvents(request)) return this.#events(note, allowed);
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    const viewer = socketViewer(server);
    // What the public may not see, those with a token may: their first message tells.
    viewer.note = 'kind' in allowed ? note : { ...note, allowed };
    if (isFull && 'kind' in allowed) refuse(viewer, allowed);
    await this.#begin();
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const viewer = socketViewer(socket);
    // The first message only; the rest says nothing.
    if (viewer.note.hasSaid) return;
    if (typeof message !== 'string' || message.length > MOST_HELLO_CHARS)
      return viewer.end(TOO_BIG, 'the first message is {"token": "..."} or {}');
    const hello = helloIn(message);
    if (hello === undefined)
      return viewer.end(POLICY_VIOLATION, 'the first message is {"token": "..."} or {}');
    const { note } = viewer;
    const allowed = hello.token === undefined ? note.allowed : await this.#byToken(hello.token, note);
    if (allowed === undefined || 'kind' in allowed)
      return refuse(
        viewer,
        allowed ?? refusal('regions_hidden', 'regions are shown only to those with a token'),
      );
    viewer.note = { ...note, allowed, hasSaid: true };
    await this.#lookAtOnce();
  }

  override webSocketClose(socket: WebSocket): void {
    socket.close();
  }

  /** Never rejects, so that it is not repeated. */
  override async alarm(): Promise<void> {
    const viewers = this.#viewers();
    if (viewers.length === 0) {
      this.#last = undefined;
      return;
    }
    const begun = Date.now();
    try {
      await refreshConfig(this.env);
      const before = this.#last;
      const seen = await look(this.env, activeConfig(this.env), this.#places);
      this.#last = seen;
      const isBeat = seen.at - this.#beatAt >= BEAT_EVERY_MS;
      if (isBeat) this.#beatAt = seen.at;
      const news = newsFor(before, seen, isBeat);
      for (const viewer of this.#viewers()) await this.#tell(viewer, seen, news);
      // The next look does not wait for it.
      this.ctx.waitUntil(this.#lookAtPlaces(seen));
    } catch (error) {
      console.error(`the live map: ${messageOf(error)}`);
    }
    await this.ctx.storage.setAlarm(Math.max(Date.now() + 1, begun + EVERY_MS));
  }

  /** Where clients are changes slowly, and takes more to tell. */
  async #lookAtPlaces(seen: Seen): Promise<void> {
    if (seen.at - this.#placesAt < PLACES_EVERY_MS) return;
    this.#placesAt = seen.at;
    this.#places = await lookAtPlaces(this.env, activeConfig(this.env).config, seen);
  }

  async #begin(): Promise<void> {
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(Date.now() + EVERY_MS);
  }

  /** Somebody waits for it, who has no snapshot yet. */
  #lookAtOnce(): Promise<void> {
    return this.ctx.storage.setAlarm(Date.now());
  }

  async edited(version: number, config: MeridianConfig): Promise<void> {
    adoptConfig(this.env, version, config);
    if (this.#viewers().length > 0) await this.#lookAtOnce();
  }

  #byToken(token: string, { address }: Note): Promise<Allowed | LiveRefusal> {
    // A token that no header can have is no token.
    if (!/^[\x21-\x7e]+$/.test(token)) return Promise.resolve(refusal('unauthorized', 'this is no token'));
    const headers = { authorization: `Bearer ${token}`, 'cf-connecting-ip': address };
    const request = new Request('https://live.invalid/', { headers });
    return allowedBy(request, this.env, activeConfig(this.env).config);
  }

  async #tell(viewer: Viewer, seen: Seen, news: News): Promise<void> {
    const { note } = viewer;
    const { allowed, since, hasSaid, isTold } = note;
    try {
      if (allowed === undefined || !hasSaid) {
        if (Date.now() - since > HELLO_WITHIN_MS)
          viewer.end(POLICY_VIOLATION, 'the first message did not come');
        return;
      }
      const refused = await noLongerAllowed(allowed, this.env, activeConfig(this.env).config);
      if (refused !== undefined) return this.#refuse(viewer, refused);
      if (allowed.until !== undefined && Date.now() > allowed.until)
        return viewer.end(POLICY_VIOLATION, 'the sign-in is checked again: connect again');
      const change = isTold ? news(allowed.level) : 'snapshot';
      if (change === 'snapshot') await this.#snapshot(viewer, allowed, seen);
      // One that is slow begins again with a snapshot.
      else if (change !== undefined && !viewer.tell(change)) viewer.note = { ...note, isTold: false };
    } catch {
      this.#readers.delete(viewer);
    }
  }

  async #snapshot(viewer: Viewer, { level }: Allowed, seen: Seen): Promise<void> {
    this.#build ??= pageBuild(this.env).catch(() => 'unknown');
    const isTold = viewer.tell({
      kind: 'snapshot',
      level,
      build: await this.#build,
      ...forLevel(seen, level),
    });
    viewer.note = { ...viewer.note, isTold };
  }

  async #events(note: Note, allowed: Allowed | LiveRefusal): Promise<Response> {
    if ('kind' in allowed && allowed.code === 'too_many')
      return errorResponse('rate_limited', allowed.message);
    if ('kind' in allowed) return errorResponse('unauthorized', allowed.message);
    const { viewer, body } = eventViewer({ ...note, allowed, hasSaid: true }, (gone) =>
      this.#readers.delete(gone),
    );
    this.#readers.add(viewer);
    await this.#lookAtOnce();
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
    return new Response(body, { headers });
  }

  #refuse(viewer: Viewer, refused: LiveRefusal): void {
    this.#readers.delete(viewer);
    refuse(viewer, refused);
  }

  #viewers(): readonly Viewer[] {
    return [...this.ctx.getWebSockets().map(socketViewer), ...this.#readers];
  }
}

/** Found out once for each level, however many look. @param isBeat whether something is told though nothing has changed */
function newsFor(before: Seen | undefined, seen: Seen, isBeat: boolean): News {
  const known = new Map<LiveLevel, ReturnType<News>>();
  const beat: LiveChange | undefined = isBeat ? { kind: 'change', at: seen.at } : undefined;
  return (level) => {
    if (before === undefined) return 'snapshot';
    if (!known.has(level))
      known.set(level, changeBetween(forLevel(before, level), forLevel(seen, level)) ?? beat);
    return known.get(level);
  };
}

function refuse(viewer: Viewer, refused: LiveRefusal): void {
  viewer.tell(refused);
  viewer.end(POLICY_VIOLATION, refused.code);
}

function helloIn(message: string): LiveHello | undefined {
  try {
    const { success, output } = v.safeParse(LiveHelloSchema, JSON.parse(message));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

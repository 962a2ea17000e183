// The object of the live map: asks the regions once a second while somebody looks, and tells everybody who does what has
// changed. While nobody looks it asks nothing and sleeps. Its sockets outlive its sleep.

import { DurableObject } from 'cloudflare:workers';
import { build } from '#map-page';
import type { LiveChange, LiveLevel, LivePlace, LiveRefusal, LiveSnapshot } from '../../api/live.ts';
import type { MeridianConfig } from '../../regions/config.ts';
import { addressOf } from '../admin/address.ts';
import { activeConfig, adoptConfig, refreshConfig } from '../config/active-config.ts';
import type { Env } from '../env.ts';
import { errorResponse } from '../error-response.ts';
import { messageOf } from '../message-of.ts';
import { type Allowed, allowedBy, noLongerAllowed, refusal } from './allowed.ts';
import { changeBetween, forLevel, type Seen } from './changes.ts';
import { LastAnswers } from './last-answers.ts';
import { wantsEvents } from './live.ts';
import type { LiveMethods } from './live-stub.ts';
import { type Asked, look, lookAtPlaces } from './look.ts';
import { helloIn, readBy } from './messages.ts';
import { noRoom } from './room.ts';
import { eventViewer, type Note, socketViewer, type Viewer } from './viewers.ts';

const EVERY_MS = 1_000;
const PLACES_EVERY_MS = 5_000;

/** Told also while nothing changes, so that a page knows a connection that died in silence. */
const BEAT_EVERY_MS = 10_000;

/** Whoever opens a socket and says nothing is given up. */
const HELLO_WITHIN_MS = 5_000;

/** One that has been too slow to be told anything for so long is given up. */
const SLOW_FOR_MS = 60_000;

const POLICY_VIOLATION = 1008;
const TOO_BIG = 1009;
const TRY_AGAIN_LATER = 1013;

/** What those of a level, who know all that was seen before, are told now. */
type News = (level: LiveLevel) => LiveChange | 'snapshot' | undefined;

export class LiveView extends DurableObject<Env> implements Pick<LiveMethods, 'edited'> {
  readonly #readers = new Set<Viewer>();
  readonly #asked: Asked = { regions: new LastAnswers(), links: new LastAnswers() };
  #last: Seen | undefined;
  #places: readonly LivePlace[] = [];
  #placesAt = 0;
  #beatAt = 0;

  override async fetch(request: Request): Promise<Response> {
    const { config } = activeConfig(this.env);
    const note = { since: Date.now(), address: addressOf(request), hasSaid: false, isTold: false };
    const allowed = await allowedBy(request, this.env, config);
    if (wantsEvents(request)) return this.#events(note, allowed);
    const { 0: client, 1: server } = new WebSocketPair();
    // What the public may not see, those with a token may: their first message tells.
    const known = 'kind' in allowed ? note : { ...note, allowed };
    const full = noRoom(this.#notes(), known);
    this.ctx.acceptWebSocket(server);
    const viewer = socketViewer(server);
    viewer.note = known;
    if (full !== undefined) refuse(viewer, full);
    await this.#begin();
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    const viewer = socketViewer(socket);
    const { note } = viewer;
    if (note.hasSaid) {
      viewer.note = { ...note, ...readBy(note, message) };
      return;
    }
    const hello = helloIn(message);
    if (typeof hello === 'string')
      return viewer.end(
        hello === 'too long' ? TOO_BIG : POLICY_VIOLATION,
        'the first message is {"token": "..."} or {}',
      );
    const allowed = hello.token === undefined ? note.allowed : await this.#byToken(hello.token, note);
    if (allowed === undefined || 'kind' in allowed)
      return refuse(
        viewer,
        allowed ?? refusal('regions_hidden', 'regions are shown only to those with a token'),
      );
    const known = { ...note, allowed, hasSaid: true };
    const full = noRoom(this.#notes(socket), known);
    if (full !== undefined) return refuse(viewer, full);
    viewer.note = known;
    await this.#lookAtOnce();
  }

  override webSocketClose(socket: WebSocket): void {
    socket.close();
  }

  /** Never rejects, so that it is not repeated. */
  override async alarm(): Promise<void> {
    const viewers = this.#viewers();
    if (viewers.length === 0) {
      // Whoever looks next is not shown what was then.
      this.#last = undefined;
      for (const answers of [this.#asked.regions, this.#asked.links]) answers.forget();
      this.#places = [];
      this.#placesAt = 0;
      return;
    }
    const begun = Date.now();
    try {
      await refreshConfig(this.env);
      const before = this.#last;
      const seen = await look(this.env, activeConfig(this.env), this.#asked, this.#places);
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
          this.#end(viewer, POLICY_VIOLATION, 'the first message did not come');
        return;
      }
      const refused = await noLongerAllowed(allowed, this.env, activeConfig(this.env).config);
      if (refused !== undefined) return this.#refuse(viewer, refused);
      if (allowed.until !== undefined && Date.now() > allowed.until)
        return this.#end(viewer, POLICY_VIOLATION, 'the sign-in is checked again: connect again');
      const change = isTold ? news(allowed.level) : 'snapshot';
      if (change === undefined) return;
      const message = change === 'snapshot' ? await this.#snapshot(allowed, seen) : change;
      if (viewer.tell(message)) viewer.note = { ...withoutSlow(viewer.note), isTold: true };
      else this.#isSlow(viewer);
    } catch {
      this.#readers.delete(viewer);
    }
  }

  /** Once it has caught up it begins again with a snapshot. */
  #isSlow(viewer: Viewer): void {
    const { slowSince = Date.now(), ...note } = viewer.note;
    viewer.note = { ...note, isTold: false, slowSince };
    if (Date.now() - slowSince > SLOW_FOR_MS)
      this.#end(viewer, TRY_AGAIN_LATER, 'it reads too slowly, or does not say {"read": AT}');
  }

  async #snapshot({ level }: Allowed, seen: Seen): Promise<LiveSnapshot> {
    return { kind: 'snapshot', level, build, ...forLevel(seen, level) };
  }

  async #events(note: Note, allowed: Allowed | LiveRefusal): Promise<Response> {
    if ('kind' in allowed) return errorResponse('unauthorized', allowed.message);
    const known = { ...note, allowed, hasSaid: true };
    const full = noRoom(this.#notes(), known);
    if (full !== undefined) return errorResponse('rate_limited', full.message);
    const { viewer, body } = eventViewer(known, (gone) => this.#readers.delete(gone));
    this.#readers.add(viewer);
    await this.#lookAtOnce();
    const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
    return new Response(body, { headers });
  }

  #refuse(viewer: Viewer, refused: LiveRefusal): void {
    this.#readers.delete(viewer);
    refuse(viewer, refused);
  }

  #end(viewer: Viewer, code: number, reason: string): void {
    this.#readers.delete(viewer);
    viewer.end(code, reason);
  }

  /** @param without a socket that has been accepted already */
  #viewers(without?: WebSocket): readonly Viewer[] {
    // One that is being closed is told nothing more, and takes nobody's place.
    const open = this.ctx
      .getWebSockets()
      .filter((socket) => socket !== without && socket.readyState === WebSocket.OPEN);
    return [...open.map(socketViewer), ...this.#readers];
  }

  #notes(without?: WebSocket): readonly Note[] {
    return this.#viewers(without).map(({ note }) => note);
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

function withoutSlow({ slowSince: _, ...note }: Note): Note {
  return note;
}

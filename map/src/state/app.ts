// The state of the page, and what may happen to it.

import type { DryRun } from '../../../api/config.ts';
import type { RegionView } from '../../../api/regions.ts';
import type { Route } from '../../../api/route.ts';
import type { Trace } from '../../../api/trace.ts';
import { ApiError, type Call, call } from '../call.ts';
import type { Connection, ConnectionState } from '../live/connection.ts';
import { ServerClock } from '../live/server-clock.ts';
import type { World } from '../live/world.ts';
import type { Recording } from '../replay/recording.ts';
import type { ResolvedConfig } from './config.ts';
import { createStore } from './store.ts';
import { initialToken, keepToken } from './token.ts';

export type Panel = 'regions' | 'place' | 'change' | 'follow' | 'history';

/** What the map shows besides what is: the forecast of a change. */
export interface Proposal {
  readonly what: string;
  readonly dryRun: DryRun;
}

export interface AppState {
  readonly token: string | undefined;
  readonly connection: ConnectionState;
  readonly world: World | undefined;
  /** What was deployed when the page was loaded, once that is known. */
  readonly build: string | undefined;
  readonly view: 'map' | 'tables';
  readonly panel: Panel;
  readonly region: string | undefined;
  /** Of this visitor. */
  readonly you: Route | undefined;
  /** Of the place that was clicked or asked for. */
  readonly decision: { readonly who: string | undefined; readonly route: Route } | undefined;
  readonly config: { readonly version: number; readonly config: ResolvedConfig } | undefined;
  readonly proposal: Proposal | undefined;
  readonly trace: Trace | undefined;
  readonly recording: Recording | undefined;
  /** Of the recording; undefined: what is shown is now. */
  readonly moment: number | undefined;
  /** What was said last: why somebody was signed out, what was done. */
  readonly notice: { readonly text: string; readonly tone: 'good' | 'bad' } | undefined;
  readonly isSigningIn: boolean;
}

export const app = createStore<AppState>({
  token: initialToken(),
  connection: { is: 'connecting' },
  world: undefined,
  build: undefined,
  view: 'map',
  panel: 'regions',
  region: undefined,
  you: undefined,
  decision: undefined,
  config: undefined,
  proposal: undefined,
  trace: undefined,
  recording: undefined,
  moment: undefined,
  notice: undefined,
  isSigningIn: false,
});

export const clock = new ServerClock();

let connection: Connection | undefined;
export function useConnection(opened: Connection): void {
  connection = opened;
}

export function reconnect(): void {
  connection?.reconnect();
}

/** A call with the token of whoever has signed in; one that the token does not open signs out, with words. */
export async function ask<T>(path: string, options: Call = {}): Promise<T> {
  const { token } = app.get();
  try {
    return await call<T>(path, { ...options, token });
  } catch (error) {
    if (error instanceof ApiError && error.code === 'unauthorized' && token !== undefined) {
      signOut('Your token is no longer accepted, so you were signed out.');
    }
    throw error;
  }
}

export function signIn(token: string): void {
  keepToken(token);
  app.set({ token, isSigningIn: false, notice: undefined, recording: undefined });
  reconnect();
}

/** @param why absent: because they wanted to */
export function signOut(why?: string): void {
  keepToken(undefined);
  app.set({
    token: undefined,
    config: undefined,
    proposal: undefined,
    trace: undefined,
    recording: undefined,
    moment: undefined,
    notice: why === undefined ? undefined : { text: why, tone: 'bad' },
  });
  reconnect();
}

export function say(text: string, tone: 'good' | 'bad' = 'good'): void {
  app.set({ notice: { text, tone } });
}

export function nameOf(regions: readonly Pick<RegionView, 'id' | 'name'>[], id: string): string {
  return regions.find((region) => region.id === id)?.name ?? id;
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

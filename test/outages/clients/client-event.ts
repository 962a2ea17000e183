// The events that a client program prints, each as a line of JSON. Times are milliseconds since the epoch.

import * as v from 'valibot';

const FAILURE = v.object({
  at: v.number(),
  /** The status of a refused upgrade, or what the library said. */
  why: v.string(),
});

const EVENT = v.variant('type', [
  /** Every lasting client is connected. */
  v.object({ type: v.literal('ready') }),
  /** A lasting client was connected, for the first time or again. */
  v.object({
    type: v.literal('landed'),
    client: v.string(),
    city: v.string(),
    region: v.string(),
    at: v.number(),
  }),
  /** A lasting client did not receive its own messages for a while; `isOpen` when it never did again. */
  v.object({
    type: v.literal('silence'),
    client: v.string(),
    city: v.string(),
    from: v.number(),
    ms: v.number(),
    isOpen: v.boolean(),
  }),
  /** A client arrived: it was served `ms` after it was due, or never; with the failures before that. */
  v.object({
    type: v.literal('arrival'),
    city: v.string(),
    due: v.number(),
    ms: v.number(),
    /** Where it was served; empty when it never was. */
    region: v.string(),
    failures: v.pipe(v.array(FAILURE), v.readonly()),
  }),
]);

export type ClientEvent = v.InferOutput<typeof EVENT>;
export type Arrival = Extract<ClientEvent, { type: 'arrival' }>;
export type Landed = Extract<ClientEvent, { type: 'landed' }>;
export type Silence = Extract<ClientEvent, { type: 'silence' }>;

/** @throws where the line is none of the events */
export function parseEvent(line: string): ClientEvent {
  return v.parse(EVENT, JSON.parse(line));
}

// Parts that the schemas of several answers share.

import * as v from 'valibot';
import type { DeepReadonly } from '../regions/config.ts';

/** The type that a schema describes, read-only: data received over the network is never changed. */
export type Wire<S extends v.GenericSchema> = DeepReadonly<v.InferOutput<S>>;

/** A number of things. */
export const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A version of the configuration; 0 is the deployed one. */
export const Version = Count;

/** A time as a number. */
export const Instant = v.pipe(v.number(), v.description('milliseconds since the epoch'));

/** A time as text. */
export const IsoTime = v.pipe(v.string(), v.isoTimestamp());

/** From 0 to 1. */
export const Share = v.pipe(v.number(), v.minValue(0));

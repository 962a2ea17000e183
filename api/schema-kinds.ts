// What the schemas of several answers are made of.

import * as v from 'valibot';
import type { DeepReadonly } from '../regions/config.ts';

/** The type of what a schema describes; nobody changes what came over the wire. */
export type Wire<S extends v.GenericSchema> = DeepReadonly<v.InferOutput<S>>;

/** A number of things. */
export const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

/** A version of the configuration; 0 is what was deployed. */
export const Version = v.pipe(Count, v.description('of the configuration; 0 is what was deployed'));

/** A moment as a number. */
export const Instant = v.pipe(v.number(), v.description('milliseconds since the epoch'));

/** A moment as text. */
export const IsoTime = v.pipe(v.string(), v.isoTimestamp());

/** From 0 to 1. */
export const Share = v.pipe(v.number(), v.minValue(0));

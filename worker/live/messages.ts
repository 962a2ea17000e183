// What those who look at the live map say over a WebSocket: who they are, then how far they have read. Pure.

import * as v from 'valibot';
import { type LiveHello, LiveHelloSchema, LiveReadSchema } from '../../api/live.ts';
import type { Note } from './viewers.ts';

/** A token has at most a few hundred characters. */
const MOST_HELLO_CHARS = 4_096;
const MOST_READ_CHARS = 100;

type Message = string | ArrayBuffer;

/** The first message, or what is wrong with it. */
export function helloIn(message: Message): LiveHello | 'too long' | 'no hello' {
  if (typeof message !== 'string' || message.length > MOST_HELLO_CHARS) return 'too long';
  return parsed(LiveHelloSchema, message) ?? 'no hello';
}

/** How far it has read after a later message, never beyond what it was told; what else it may say means nothing. */
export function readBy({ toldAt, readAt = 0 }: Pick<Note, 'toldAt' | 'readAt'>, message: Message) {
  if (toldAt === undefined || typeof message !== 'string' || message.length > MOST_READ_CHARS) return {};
  const { read = 0 } = parsed(LiveReadSchema, message) ?? {};
  return { readAt: Math.max(readAt, Math.min(read, toldAt)) };
}

function parsed<S extends v.GenericSchema>(schema: S, text: string): v.InferOutput<S> | undefined {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(text));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

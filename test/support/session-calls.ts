// Calls of the sessions' endpoints as one of several owners, on a stack that has their tokens.

import { type NatsConnection, wsconnect } from '@nats-io/nats-core';
import type { SessionBody, SessionDetail } from '../../api/sessions.ts';
import type { Stack, StackOptions } from '../../local/stack.ts';
import { buildWorker } from '../../local/worker-build.ts';

/** Two owners who may only read what is not theirs. */
export const READERS = { ann: 'a'.repeat(32), bob: 'b'.repeat(32) } as const;
export type Reader = keyof typeof READERS;

/** The Worker with their tokens. */
export const buildWithReaders: NonNullable<StackOptions['build']> = async (folder, config, onProcess) => {
  const build = await buildWorker(folder, config, onProcess);
  const tokens = Object.entries(READERS).map(([name, token]) => `${name} ${token}`);
  return { ...build, vars: { ...build.vars, MERIDIAN_READ_TOKEN: tokens.join('\n') } };
};

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly container?: SessionDetail;
    readonly containers?: readonly SessionDetail[];
    readonly error?: { readonly code: string; readonly message: string };
  };
}

/** @param as whose token; the admin's by default */
export async function callSessions(
  { url, adminToken }: Pick<Stack, 'url' | 'adminToken'>,
  method: string,
  path: string,
  { as, body }: { readonly as?: Reader | undefined; readonly body?: SessionBody | string } = {},
): Promise<Answer> {
  const token = as === undefined ? adminToken : READERS[as];
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Answer['body'] };
}

/** @throws Error unless the session serves */
export async function makeSession(
  stack: Pick<Stack, 'url' | 'adminToken'>,
  body: SessionBody,
  as?: Reader,
): Promise<SessionDetail> {
  const answer = await callSessions(stack, 'POST', '/api/containers', { as, body });
  const { container, error } = answer.body;
  if (container === undefined) throw new Error(`${answer.status} ${error?.code}: ${error?.message}`);
  return container;
}

/** A client with the session's credentials, or others. @param headers of its upgrade */
export function connectSession(
  { url, token, user }: Pick<SessionDetail, 'url' | 'token' | 'user'>,
  headers: Readonly<Record<string, string>> = {},
): Promise<NatsConnection> {
  return wsconnect({
    servers: url,
    ...(user === undefined ? { token } : { user, pass: token }),
    reconnect: false,
    wsFactory: async (server) => ({ socket: new WebSocket(server, { headers }), encrypted: false }),
  });
}

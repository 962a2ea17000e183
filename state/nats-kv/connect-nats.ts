// The connection to the NATS servers of a KV bucket, over TCP or over WebSocket (as through an edge), with credentials from
// the environment.

import { readFile } from 'node:fs/promises';
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  type NatsConnection,
  tokenAuthenticator,
  usernamePasswordAuthenticator,
  wsconnect,
} from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { StateInvalidError } from '../errors.ts';
import { isLoopback } from '../loopback.ts';
import type { Secrets } from '../secrets.ts';
import { kvError } from './kv-errors.ts';

/** Of connecting; a request has the same. */
const TIMEOUT_MS = 5_000;

export interface NatsServer {
  /** `nats://`, `tls://`, `ws://` or `wss://`, host, port. */
  readonly url: string;
  /** The store's name and bucket, for messages. */
  readonly name: string;
  readonly bucket: string;
}

/** @throws StateError */
export async function connectNats(
  { url, name, bucket }: NatsServer,
  secret: Secrets,
): Promise<NatsConnection> {
  try {
    return await dialNats({ url, name, encrypted: 'nats-kv+tls:// or nats-kv+wss://' }, secret);
  } catch (error) {
    throw kvError(name, bucket, error);
  }
}

/**
 * @param encrypted the schemes to use instead of one on which a secret could be read, for the error
 * @throws StateInvalidError if a secret could be read on the way, or a file cannot be read; else what the client throws
 */
export async function dialNats(
  { url, name, encrypted }: Pick<NatsServer, 'url' | 'name'> & { readonly encrypted: string },
  secret: Secrets,
): Promise<NatsConnection> {
  const authenticator = await authenticatorOf(secret);
  if (authenticator !== undefined && isReadable(url, secret)) {
    throw new StateInvalidError(
      `${name} is not encrypted: the credentials would be readable on the way. Use ${encrypted}, or a credentials file (NATS_CREDS), of which nothing secret is sent.`,
    );
  }
  const options: ConnectionOptions = {
    servers: url,
    name: 'meridian',
    timeout: TIMEOUT_MS,
    maxReconnectAttempts: -1,
    // Addresses that a server advertises need not be reachable from here.
    ignoreClusterUpdates: true,
    ...(url.startsWith('tls:') && { tls: {} }),
    ...(authenticator !== undefined && { authenticator }),
  };
  return await (/^wss?:/.test(url) ? wsconnect(options) : connect(options));
}

/** Whether a secret could be read on the way. Without TLS of our own asking, somebody on the way can say that there is none. */
function isReadable(url: string, secret: Secrets): boolean {
  if (!/^(?:ws|nats):/.test(url) || isLoopback(new URL(url).hostname)) return false;
  // Of a credentials file only a signature is sent.
  return url.startsWith('ws:') || secret('NATS_CREDS') === undefined;
}

async function authenticatorOf(secret: Secrets): Promise<Authenticator | undefined> {
  const file = secret('NATS_CREDS');
  if (file !== undefined) return credsAuthenticator(await credsIn(file));
  const token = secret('NATS_TOKEN');
  if (token !== undefined) return tokenAuthenticator(token);
  const user = secret('NATS_USER');
  return user === undefined ? undefined : usernamePasswordAuthenticator(user, secret('NATS_PASSWORD'));
}

async function credsIn(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new StateInvalidError(`The credentials file ${file} (NATS_CREDS) cannot be read.`, { cause });
  }
}

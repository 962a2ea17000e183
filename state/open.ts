// Opens the store that a URL names, with the secrets of the environment.

import type { StateBackend } from './backend.ts';
import { StateInvalidError } from './errors.ts';
import { FileState } from './file/file-state.ts';
import { type Location, parseLocation } from './location.ts';
import { isLoopback } from './loopback.ts';
import { connectNats } from './nats-kv/connect-nats.ts';
import { NatsKvState } from './nats-kv/nats-kv-state.ts';
import { R2State } from './r2/r2-state.ts';
import type { Secrets } from './secrets.ts';

/** @param option where the URL was given, for messages. @throws StateError */
export async function openState(url: string, option: string, secret: Secrets): Promise<StateBackend> {
  const location = parseLocation(url, option);
  switch (location.kind) {
    case 'file':
      return new FileState(location.url);
    case 'r2':
      return openR2(location, secret);
    case 'nats-kv':
      return openNatsKv(location, secret);
  }
}

function openR2({ bucket, prefix }: Location & { kind: 'r2' }, secret: Secrets): StateBackend {
  const endpoint = endpointOf(secret);
  const accessKeyId = secret('R2_ACCESS_KEY_ID');
  const secretAccessKey = secret('R2_SECRET_ACCESS_KEY');
  if (endpoint === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    throw new StateInvalidError(
      `r2://${bucket} needs R2_ACCESS_KEY_ID, R2_SECRET_ACCESS_KEY, and CLOUDFLARE_ACCOUNT_ID (or R2_ENDPOINT) in the environment; with _FROM or _TO at the end if the two stores have different ones.`,
    );
  }
  return new R2State({ bucket, prefix, endpoint, accessKeyId, secretAccessKey });
}

function endpointOf(secret: Secrets): string | undefined {
  const account = secret('CLOUDFLARE_ACCOUNT_ID');
  const ofAccount = account === undefined ? undefined : `https://${account}.r2.cloudflarestorage.com`;
  const endpoint = secret('R2_ENDPOINT') ?? ofAccount;
  const url = endpoint === undefined ? null : URL.parse(endpoint);
  if (endpoint === undefined) return undefined;
  const isFit = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (isFit && !url?.username && !url?.password && !url?.search) return endpoint;
  throw new StateInvalidError(
    'R2_ENDPOINT is the address of the S3 API, such as https://<account>.r2.cloudflarestorage.com, without user, password or query.',
  );
}

async function openNatsKv(
  { server, bucket, prefix }: Location & { kind: 'nats-kv' },
  secret: Secrets,
): Promise<StateBackend> {
  const name = `nats-kv://${new URL(server).host}/${bucket}/${prefix}`.replace(/\/$/, '');
  const connection = await connectNats({ url: server, name, bucket }, secret);
  return NatsKvState.open(connection, { name, bucket, prefix });
}

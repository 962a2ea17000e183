// URLs of stores: `r2://bucket/prefix`, `nats-kv://host/bucket/prefix`, `file:///folder`. Secrets are never in them, and a
// URL that may hold one is not repeated. Pure.

import { StateInvalidError } from './errors.ts';
import { isKey } from './keys.ts';

export type Location =
  | { readonly kind: 'r2'; readonly bucket: string; readonly prefix: string }
  | {
      readonly kind: 'nats-kv';
      /** As a NATS client takes it: `nats://`, `tls://`, `ws://` or `wss://`, host, port. */
      readonly server: string;
      readonly bucket: string;
      readonly prefix: string;
    }
  | { readonly kind: 'file'; readonly url: URL };

/** How a NATS server is connected to, by the scheme of its URL. */
const NATS_SCHEMES: Readonly<Record<string, string>> = {
  'nats-kv:': 'nats',
  'nats-kv+tls:': 'tls',
  'nats-kv+ws:': 'ws',
  'nats-kv+wss:': 'wss',
};

const FORMS =
  'r2://bucket/prefix, nats-kv://host/bucket (nats-kv+tls://, nats-kv+wss://, nats-kv+ws://) or file:///folder';

/** @param option where the URL was given, for the message. @throws StateInvalidError */
export function parseLocation(text: string, option: string): Location {
  const url = URL.parse(text);
  if (url === null) throw new StateInvalidError(`${option} takes a URL: ${FORMS}.`);
  if (url.username || url.password || url.search || url.hash) {
    throw new StateInvalidError(
      `The URL of ${option} holds a user, a password, or what follows "?" or "#". It takes a plain one (${FORMS}), and secrets come from the environment: URLs end up in logs.`,
    );
  }
  if (url.protocol === 'r2:') return r2(url, option);
  if (url.protocol === 'file:') return file(url, option);
  const scheme = NATS_SCHEMES[url.protocol];
  if (scheme !== undefined) return natsKv(url, scheme, option);
  throw new StateInvalidError(`${option}: there is no kind of store "${url.protocol}". There are ${FORMS}.`);
}

function r2(url: URL, option: string): Location {
  const bucket = url.host;
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket))
    throw new StateInvalidError(`${option} names no bucket of R2, such as r2://meridian-state/prefix.`);
  return { kind: 'r2', bucket, prefix: prefixOf(url.pathname.slice(1), option) };
}

function natsKv(url: URL, scheme: string, option: string): Location {
  const [bucket = '', ...rest] = url.pathname.slice(1).split('/');
  if (url.host === '' || !/^[\w-]+$/.test(bucket)) {
    throw new StateInvalidError(
      `${option} names no server and bucket, such as nats-kv://127.0.0.1:4222/meridian-state.`,
    );
  }
  return {
    kind: 'nats-kv',
    server: `${scheme}://${url.host}`,
    bucket,
    prefix: prefixOf(rest.join('/'), option),
  };
}

function file(url: URL, option: string): Location {
  if (url.host !== '' || url.pathname === '/')
    throw new StateInvalidError(`${option} takes a folder of this machine: file:///, and its whole path.`);
  return { kind: 'file', url };
}

/** With its `/` at the end, or empty. */
function prefixOf(path: string, option: string): string {
  const prefix = path.replace(/\/$/, '');
  if (prefix === '') return '';
  if (isKey(prefix)) return `${prefix}/`;
  throw new StateInvalidError(
    `${option}: the prefix has letters, digits, "_", "-", dots inside and "/" between, such as team/meridian.`,
  );
}

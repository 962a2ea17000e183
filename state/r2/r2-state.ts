// State in a bucket of R2, by its S3 API: compare-and-set is If-Match with the etag, and If-None-Match for what must not be
// there yet. Each object begins with a mark of its own write, so its etag never comes again. R2 is strongly consistent. The
// bucket has to be there.

import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import type { StateBackend, Stored } from '../backend.ts';
import { StateConflictError, StateDeniedError, type StateError, StateUnavailableError } from '../errors.ts';
import { checkKey, checkValue, onlyKeys } from '../keys.ts';
import { polledWatch, type Snapshot } from '../polled-watch.ts';
import { errorCodeIn, parseListPage } from './list-answer.ts';
import { marked, unmarked } from './write-mark.ts';

const REQUEST_TIMEOUT_MS = 10_000;

/** R2 takes one write a second of a key, and says 429 to more: nothing was done then, so it is tried again. */
const PAUSES_MS = [500, 1000, 2000];

/** With these nothing was done. */
const TOO_MANY: ReadonlySet<number> = new Set([429, 503]);

export interface R2StateOptions {
  readonly bucket: string;
  /** Empty, or with a `/` at its end. */
  readonly prefix: string;
  /** Of the S3 API: `https://<account>.r2.cloudflarestorage.com`. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** How often a watch looks. Default: a second. */
  readonly pollMs?: number;
}

interface Request {
  readonly method: 'GET' | 'PUT';
  readonly body?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export class R2State implements StateBackend {
  readonly name: string;
  readonly #options: R2StateOptions;
  readonly #base: string;
  readonly #client: AwsClient;

  constructor(options: R2StateOptions) {
    const { bucket, prefix, accessKeyId, secretAccessKey } = options;
    const endpoint = options.endpoint.replace(/\/+$/, '');
    this.#options = options;
    this.#base = `${endpoint}/${bucket}`;
    const place = `${bucket}/${prefix}`.replace(/\/$/, '');
    this.name = `r2://${place} at ${new URL(endpoint).host}`;
    const region = 'auto';
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region, retries: 0 });
  }

  async load(key: string): Promise<Stored | undefined> {
    checkKey(key);
    const response = await this.#ask(this.#urlOf(key), { method: 'GET' });
    if (response.ok) return { value: unmarked(await this.#bytesOf(response)), etag: etagIn(response) };
    const code = await codeOf(response);
    if (response.status === 404 && code !== 'NoSuchBucket') return undefined;
    throw this.#refused(response.status, code);
  }

  async store(key: string, value: Uint8Array, ifMatch: string | null): Promise<string> {
    checkKey(key);
    checkValue(key, value);
    const body = marked(value, randomUUID());
    const condition = ifMatch === null ? { 'if-none-match': '*' } : { 'if-match': ifMatch };
    const headers = {
      ...condition,
      'content-type': 'application/octet-stream',
      'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
    };
    const response = await this.#ask(this.#urlOf(key), { method: 'PUT', body, headers });
    if (response.ok) {
      await response.body?.cancel();
      return etagIn(response);
    }
    const { status } = response;
    const code = await codeOf(response);
    const isLost = status === 412 || status === 409 || (status === 404 && code === 'NoSuchKey');
    throw isLost ? new StateConflictError(this.name, key) : this.#refused(status, code);
  }

  async list(prefix: string): Promise<readonly string[]> {
    const keys = [...(await this.#snapshot()).keys()];
    return onlyKeys(this.name, keys).filter((key) => key.startsWith(prefix));
  }

  watch(prefix: string, signal: AbortSignal): Promise<AsyncIterable<string>> {
    const look = async () => {
      const all = await this.#snapshot();
      return new Map([...all].filter(([key]) => key.startsWith(prefix)));
    };
    return polledWatch(look, signal, this.#options.pollMs);
  }

  async close(): Promise<void> {}

  async #snapshot(): Promise<Snapshot> {
    const { prefix } = this.#options;
    const snapshot = new Map<string, string>();
    let next: string | undefined;
    do {
      const query = new URLSearchParams({ 'list-type': '2', prefix });
      if (next !== undefined) query.set('continuation-token', next);
      const response = await this.#ask(`${this.#base}?${query}`, { method: 'GET' });
      if (!response.ok) throw this.#refused(response.status, await codeOf(response));
      const page = this.#pageIn(await response.text());
      for (const { key, etag } of page.objects) snapshot.set(key.slice(prefix.length), etag);
      next = page.next;
    } while (next !== undefined);
    return snapshot;
  }

  #pageIn(xml: string) {
    try {
      return parseListPage(xml);
    } catch (cause) {
      throw new StateUnavailableError(`${this.name} does not answer as S3 does: check R2_ENDPOINT.`, {
        cause,
      });
    }
  }

  #urlOf(key: string): string {
    return `${this.#base}/${this.#options.prefix}${key}`;
  }

  async #ask(url: string, request: Request): Promise<Response> {
    for (const pause of PAUSES_MS) {
      const response = await this.#askOnce(url, request);
      if (!TOO_MANY.has(response.status)) return response;
      await response.body?.cancel();
      await sleep(pause);
    }
    return this.#askOnce(url, request);
  }

  async #askOnce(url: string, { method, body, headers = {} }: Request): Promise<Response> {
    try {
      return await this.#client.fetch(url, {
        method,
        headers,
        ...(body !== undefined && { body: new Uint8Array(body) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
    } catch (cause) {
      throw this.#noAnswer(cause);
    }
  }

  async #bytesOf(response: Response): Promise<Uint8Array> {
    try {
      return new Uint8Array(await response.arrayBuffer());
    } catch (cause) {
      throw this.#noAnswer(cause);
    }
  }

  #noAnswer(cause: unknown): StateUnavailableError {
    const { cause: reason, message } = cause as Error;
    const why = reason instanceof Error ? reason.message || (reason as NodeJS.ErrnoException).code : message;
    return new StateUnavailableError(`${this.name} does not answer (${why}).`, { cause });
  }

  #refused(status: number, code: string | undefined): StateError {
    const said = code === undefined ? String(status) : `${status} ${code}`;
    if (code === 'NoSuchBucket') {
      return new StateUnavailableError(
        `There is no bucket ${this.#options.bucket} at ${this.name}: \`npx wrangler r2 bucket create ${this.#options.bucket}\` makes it.`,
      );
    }
    if (status === 401 || status === 403) {
      return new StateDeniedError(
        `${this.name} refuses the credentials (${said}): check R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY, and that the token may write objects of this bucket.`,
      );
    }
    return new StateUnavailableError(`${this.name} failed (${said}).`);
  }
}

function etagIn(response: Response): string {
  return response.headers.get('etag') ?? '';
}

async function codeOf(response: Response): Promise<string | undefined> {
  return errorCodeIn(await response.text());
}

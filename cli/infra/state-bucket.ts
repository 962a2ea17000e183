// The bucket of the state by its S3 API: what the commands need beyond what OpenTofu does itself. A refusal is an answer
// here, with its status, since what is refused is what `doctor` wants to know.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { errorCodeIn, type ListedObject, parseListPage } from '../../state/r2/list-answer.ts';
import { CommandError, EXIT } from '../exit.ts';
import type { BucketAccess } from './settings.ts';

const REQUEST_TIMEOUT_MS = 15_000;

/** R2 takes one write a second of a key, and says 429 to more: nothing was done then, so it is tried again. */
const PAUSES_MS = [300, 1000, 2000];
const TOO_MANY: ReadonlySet<number> = new Set([429, 503]);

export interface BucketAnswer {
  readonly status: number;
  readonly body: Uint8Array;
  /** S3's code of a refusal, such as `NoSuchBucket`. */
  readonly code: string | undefined;
}

export class StateBucket {
  readonly name: string;
  readonly #endpoint: string;
  readonly #client: AwsClient;

  constructor({ bucket, endpoint, accessKeyId, secretAccessKey }: BucketAccess) {
    this.name = bucket;
    this.#endpoint = endpoint;
    this.#client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'auto', retries: 0 });
  }

  get(key: string): Promise<BucketAnswer> {
    return this.#ask('GET', `/${this.name}/${key}`);
  }

  /** Writes what is not there yet: 412 if it is. */
  putNew(key: string, body: Uint8Array): Promise<BucketAnswer> {
    return this.#ask('PUT', `/${this.name}/${key}`, body, { 'if-none-match': '*' });
  }

  delete(key: string): Promise<BucketAnswer> {
    return this.#ask('DELETE', `/${this.name}/${key}`);
  }

  /** Looks into a bucket, whosever it is. */
  look(bucket: string): Promise<BucketAnswer> {
    return this.#ask('GET', `/${bucket}?list-type=2&max-keys=1`);
  }

  /** Asks for all buckets of the account. */
  buckets(): Promise<BucketAnswer> {
    return this.#ask('GET', '/');
  }

  /** What is there. @throws CommandError if that is refused */
  async read(key: string): Promise<Uint8Array | undefined> {
    const answer = await this.get(key);
    if (answer.status === 200) return answer.body;
    if (answer.status === 404 && answer.code !== 'NoSuchBucket') return undefined;
    throw this.refused(answer);
  }

  /** All objects below a prefix. @throws CommandError if that is refused */
  async list(prefix: string): Promise<readonly ListedObject[]> {
    const objects: ListedObject[] = [];
    let next: string | undefined;
    do {
      const query = new URLSearchParams({ 'list-type': '2', prefix });
      if (next !== undefined) query.set('continuation-token', next);
      const answer = await this.#ask('GET', `/${this.name}?${query}`);
      if (answer.status !== 200) throw this.refused(answer);
      const page = parseListPage(new TextDecoder().decode(answer.body));
      objects.push(...page.objects);
      next = page.next;
    } while (next !== undefined);
    return objects;
  }

  /** A refusal, in words. */
  refused({ status, code }: BucketAnswer): CommandError {
    const said = code === undefined ? String(status) : `${status} ${code}`;
    const details = { code: 'bucket_refused', bucket: this.name, status };
    if (code === 'NoSuchBucket')
      return new CommandError(
        EXIT.refused,
        `There is no bucket ${this.name}: npx wrangler r2 bucket create ${this.name} makes it. Or begin with npm run infra -- init --local, and apply makes it.`,
        { details },
      );
    if (status === 401 || status === 403)
      return new CommandError(
        EXIT.notAuthorized,
        `The bucket ${this.name} refuses the keys (${said}): check R2_ACCESS_KEY_ID and R2_SECRET_ACCESS_KEY, that they are for this bucket, may read and write its objects, and have not expired.`,
        { details },
      );
    return new CommandError(EXIT.noServer, `The bucket ${this.name} failed (${said}): try again.`, {
      details,
    });
  }

  async #ask(
    method: string,
    path: string,
    body?: Uint8Array,
    headers?: Record<string, string>,
  ): Promise<BucketAnswer> {
    for (const pause of PAUSES_MS) {
      const answer = await this.#askOnce(method, path, body, headers);
      if (!TOO_MANY.has(answer.status)) return answer;
      await sleep(pause);
    }
    return this.#askOnce(method, path, body, headers);
  }

  async #askOnce(
    method: string,
    path: string,
    body?: Uint8Array,
    headers: Record<string, string> = {},
  ): Promise<BucketAnswer> {
    const sha256 = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    try {
      const response = await this.#client.fetch(`${this.#endpoint}${path}`, {
        method,
        headers: { ...headers, 'x-amz-content-sha256': sha256 },
        ...(body !== undefined && { body: new Uint8Array(body) }),
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
        redirect: 'manual',
      });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const code = response.ok ? undefined : errorCodeIn(new TextDecoder().decode(bytes));
      return { status: response.status, body: bytes, code };
    } catch (cause) {
      const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
      throw new CommandError(
        EXIT.noServer,
        `${new URL(this.#endpoint).host} does not answer (${reason instanceof Error ? reason.message || (reason as NodeJS.ErrnoException).code : reason}): check R2_ENDPOINT or CLOUDFLARE_ACCOUNT_ID, and the network.`,
        { cause, details: { code: 'no_answer' } },
      );
    }
  }
}

// A real bucket of R2 behind its S3 API, and in front of it what a test wants to be wrong: a store that ignores conditions, keys
// that may do less, or more, than they should. As R2 does it for keys of one bucket, all others are refused.

import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { convertV4MiniflareOptions } from 'miniflare';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import { startMiniflare } from '../../local/miniflare.ts';

export const S3_BUCKET = 'meridian-tofu';
export const S3_ACCESS_KEY = 'access-key-of-this-test';
export const S3_SECRET_KEY = 'secret-key-of-this-test-0123456789';

const PATH = '/cdn-cgi/local/r2/s3';

export interface S3Faults {
  /** If-None-Match and If-Match are not looked at. */
  ignoresConditions: boolean;
  /** Methods that the keys may not use. */
  denied: ReadonlySet<string>;
  /** The keys are for all buckets of the account. */
  reachesAll: boolean;
}

export interface S3Bucket extends AsyncDisposable {
  readonly endpoint: string;
  readonly faults: S3Faults;
  /** Methods and keys of what came, such as `PUT meridian.tfstate.tflock 412`. */
  readonly asked: readonly string[];
  /** The text of an object; undefined if there is none. */
  read(key: string): Promise<string | undefined>;
  write(key: string, text: string): Promise<void>;
  keys(): Promise<readonly string[]>;
  /** Without faults, and nothing in it. */
  reset(): Promise<void>;
}

export async function startS3Bucket(): Promise<S3Bucket> {
  await using undo = new AsyncDisposableStack();
  const { miniflare, url } = await startMiniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: 'export default { fetch: () => new Response("none", { status: 404 }) }',
      r2Buckets: {
        STATE: {
          id: S3_BUCKET,
          s3Credentials: { accessKeyId: S3_ACCESS_KEY, secretAccessKey: S3_SECRET_KEY },
        },
      },
    }),
  );
  undo.defer(() => miniflare.dispose());
  const faults: S3Faults = { ignoresConditions: false, denied: new Set(), reachesAll: false };
  const asked: string[] = [];
  const bucket = await miniflare.getR2Bucket('STATE');
  const overwrite = async (key: string, body: Uint8Array) => void (await bucket.put(key, body));
  const server = createServer((incoming, outgoing) =>
    answer(incoming, outgoing, { url, faults, asked, overwrite }),
  );
  const port = await listenOnLoopback(server);
  undo.defer(() => closeServer(server));
  const keys = async () => (await bucket.list()).objects.map(({ key }) => key);
  const kept = undo.move();
  return {
    endpoint: `http://${LOOPBACK}:${port}${PATH}`,
    faults,
    asked,
    read: async (key) => (await bucket.get(key))?.text(),
    write: async (key, text) => void (await bucket.put(key, text)),
    keys,
    reset: async () => {
      Object.assign(faults, { ignoresConditions: false, denied: new Set(), reachesAll: false });
      asked.length = 0;
      await bucket.delete([...(await keys())]);
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}

interface Behind {
  readonly url: URL;
  readonly faults: S3Faults;
  readonly asked: string[];
  /** Writes past all conditions. */
  readonly overwrite: (key: string, body: Uint8Array) => Promise<void>;
}

function answer(incoming: IncomingMessage, outgoing: ServerResponse, behind: Behind): void {
  const { method = '', url: path = '' } = incoming;
  const [bucket = ''] = (path.slice(PATH.length + 1).split('?')[0] ?? '').split('/');
  const code = refusalOf(method, bucket, behind.faults);
  if (code === undefined) pass(incoming, outgoing, behind);
  else incoming.resume();
  if (code === '') outgoing.end('<ListAllMyBucketsResult/>');
  else if (code !== undefined)
    outgoing.writeHead(code === 'AccessDenied' ? 403 : 404).end(`<Error><Code>${code}</Code></Error>`);
}

/** S3's code; empty for an answer with all buckets, undefined for what the bucket itself answers. */
function refusalOf(method: string, bucket: string, { reachesAll, denied }: S3Faults): string | undefined {
  if (bucket === S3_BUCKET) return denied.has(method) ? 'AccessDenied' : undefined;
  if (!reachesAll) return 'AccessDenied';
  return bucket === '' ? '' : 'NoSuchBucket';
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, behind: Behind): void {
  const { method = '', url: path = '', headers } = incoming;
  const { url, faults, asked, overwrite } = behind;
  const key = path.slice(PATH.length + S3_BUCKET.length + 2).split('?')[0] ?? '';
  if (faults.ignoresConditions && method === 'PUT') {
    // The signature covers the condition, so the bucket would see it.
    void buffer(incoming).then(async (body) => {
      await overwrite(key, body);
      outgoing.writeHead(200, { etag: '"of-this-test"' }).end();
    });
    return;
  }
  const onward = request({ host: url.hostname, port: url.port, method, path, headers }, (response) => {
    asked.push(`${method} ${key} ${response.statusCode}`);
    outgoing.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(outgoing);
  });
  onward.on('error', () => outgoing.destroy());
  incoming.pipe(onward);
}

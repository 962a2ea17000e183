// R2 of a local stack that fails as a test wants it to: each call of the bucket of backups is first asked here, and goes on as
// it is told. What the Worker does is untouched; the local stack's own R2 has no faults to put in.

import { createServer, type IncomingMessage } from 'node:http';
import { closeServer, LOOPBACK, listenOnLoopback } from '../../local/listen.ts';
import type { WorkerBuild } from '../../local/worker-build.ts';

export interface R2Call {
  readonly method: 'head' | 'get' | 'put' | 'list' | 'delete';
  /** Of several the first. Of a list, the prefix. */
  readonly key: string;
  /** The region that writes the segment, if it is one. */
  readonly writer: string | undefined;
}

/**
 * - `go`: as if nobody had asked
 * - `fail`: nothing is done, and R2 says so
 * - `lose`: it is done, and the answer is lost
 */
export type Verdict = 'go' | 'fail' | 'lose';

export class R2Gate implements AsyncDisposable {
  /** What becomes of a call; it waits for as long as this takes. */
  decide: (call: R2Call) => Verdict | Promise<Verdict> = () => 'go';
  readonly #server = createServer(async (request, response) => {
    const verdict = await this.decide(await callIn(request));
    response.end(verdict);
  });
  #port = 0;

  async listen(): Promise<this> {
    this.#port = await listenOnLoopback(this.#server);
    return this;
  }

  /** A Worker whose calls of R2 come here first. The script keeps its lines: what is added is behind them. */
  put(build: WorkerBuild): WorkerBuild {
    return { ...build, script: `${build.script}\n${added(`http://${LOOPBACK}:${this.#port}/`)}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await closeServer(this.#server);
  }
}

function added(url: string): string {
  return `
import { env as gatedEnv } from 'cloudflare:workers';
{
  const prototype = Object.getPrototypeOf(gatedEnv.BACKUPS);
  for (const method of ['head', 'get', 'put', 'list', 'delete']) {
    const original = prototype[method];
    prototype[method] = async function (...args) {
      const [what, , options] = args;
      const key = typeof what === 'string' ? what : Array.isArray(what) ? what[0] : what?.prefix;
      const segment = JSON.parse(options?.customMetadata?.segment ?? '{}');
      const body = JSON.stringify({ method, key: key ?? '', writer: segment.writer });
      const verdict = await (await fetch('${url}', { method: 'POST', body })).text();
      if (verdict === 'fail') throw new Error(method + ': Access Denied (10003)');
      const answer = await original.apply(this, args);
      if (verdict === 'lose') throw new Error(method + ': the answer was lost');
      return answer;
    };
  }
}`;
}

async function callIn(request: IncomingMessage): Promise<R2Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as R2Call;
}

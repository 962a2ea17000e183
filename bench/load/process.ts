// The load generator's process. It runs one end of a load; the benchmarks run the other end in a second such process.

import { serveParent } from '../child.ts';
import { percentile } from '../statistics.ts';
import { type AckedLoad, AckedPublisher, type AckedResult, type StreamsOptions } from './acked-load.ts';
import { type GrowthReport, IdleClients } from './idle-clients.ts';
import { connectNats } from './nats-socket.ts';
import { Requester, type RequestOptions, type RequestResult, Responder } from './request-load.ts';
import { type PairOptions, Sink, Source } from './stream-load.ts';

export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

let open: { close(): void } | undefined;

const methods = {
  /** Each returns the `server_name` of the server it is connected to. */
  openSink: async (options: PairOptions) => keep(await Sink.open(options)).serverName,
  openSource: async (options: PairOptions) => keep(await Source.open(options)).serverName,
  openResponder: async (options: PairOptions) => void keep(await Responder.open(options)),
  openRequester: async (options: PairOptions) => void keep(await Requester.open(options)),
  openIdle: async ({ url }: { url: string }) => void keep(new IdleClients(url)),

  publish: ({ durationMs }: { durationMs: number }): Promise<number> => held(Source).publish(durationMs),
  received: ({ count, timeoutMs }: { count: number; timeoutMs: number }) =>
    held(Sink).received(count, timeoutMs),
  request: (options: RequestOptions): Promise<RequestResult> => held(Requester).request(options),
  growTo: ({ count }: { count: number }): Promise<GrowthReport> => held(IdleClients).growTo(count),
  pingAll: (): Promise<GrowthReport> => held(IdleClients).pingAll(),

  openStreams: async (options: StreamsOptions) => void keep(await AckedPublisher.open(options)),
  publishAcked: (load: AckedLoad): Promise<AckedResult> => held(AckedPublisher).publish(load),
  deleteStream: ({ name }: { name: string }): Promise<void> => held(AckedPublisher).remove(name),

  pingLatency: async ({ url, count }: { url: string; count: number }): Promise<Latencies> => {
    const socket = keep(await connectNats(url));
    return timesOf(count, () => socket.ping());
  },
  connectLatency: ({ url, count }: { url: string; count: number }): Promise<Latencies> =>
    timesOf(count, async () => (await connectNats(url)).close()),
  firstMessage: (options: FirstMessageOptions): Promise<number> => firstMessage(options),

  closeLoad: async () => closeLoad(),
};

export type LoadMethods = typeof methods;

serveParent(methods, async () => closeLoad());

function keep<T extends { close(): void }>(load: T): T {
  closeLoad();
  open = load;
  return load;
}

function closeLoad(): void {
  open?.close();
  open = undefined;
}

function held<T>(kind: { new (...args: never[]): T; readonly name: string }): T {
  if (!(open instanceof kind)) throw new Error(`no ${kind.name} is open here`);
  return open as T;
}

async function timesOf(count: number, once: () => Promise<void>): Promise<Latencies> {
  const times: number[] = [];
  for (let done = 0; done < count; done++) {
    const started = performance.now();
    await once();
    times.push(performance.now() - started);
  }
  return { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
}

interface FirstMessageOptions {
  readonly url: string;
  readonly timeoutMs: number;
  /** The `server_name` of the server that has to answer; absent: any. */
  readonly server?: string;
}

/** Milliseconds from now until a message that was published has come back. */
async function firstMessage({ url, timeoutMs, server }: FirstMessageOptions): Promise<number> {
  const started = performance.now();
  let arrived = () => {};
  const message = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const socket = await connectNats(url, { timeoutMs, onMessage: () => arrived() });
  socket.write('SUB first 1\r\nPUB first 2\r\nhi\r\n');
  await message;
  const ms = performance.now() - started;
  const { serverName } = socket;
  socket.close();
  if (server !== undefined && serverName !== server)
    throw new Error(`${serverName} took the client instead of ${server}`);
  return ms;
}

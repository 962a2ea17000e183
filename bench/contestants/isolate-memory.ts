// What an isolate of workerd takes, as V8 says to a debugger.

import { on, once } from 'node:events';

interface Target {
  readonly id: string;
  readonly webSocketDebuggerUrl: string;
}

/** `Runtime.getHeapUsage` of the Chrome DevTools Protocol, in part. In bytes. */
interface HeapUsage {
  readonly usedSize: number;
  readonly embedderHeapUsedSize?: number;
  /** Of buffers, which are not in the heap. */
  readonly backingStorageSize?: number;
}

const ANSWER_TIMEOUT_MS = 5_000;

/**
 * The heap and the buffers of a Worker, in bytes, with what is not collected yet.
 *
 * @param port where workerd takes debuggers
 * @throws Error if there is no such Worker
 */
export async function isolateBytes(port: number, worker: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/json`);
  const targets = (await response.json()) as readonly Target[];
  const target = targets.find(({ id }) => id.endsWith(`:${worker}`));
  if (target === undefined) throw new Error(`workerd runs no Worker ${worker}`);
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize } = await heapUsageOf(target);
  if (backingStorageSize === undefined) throw new Error('this workerd does not say what buffers take');
  return usedSize + embedderHeapUsedSize + backingStorageSize;
}

async function heapUsageOf({ webSocketDebuggerUrl }: Target): Promise<HeapUsage> {
  const socket = new WebSocket(webSocketDebuggerUrl);
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    await once(socket, 'open', { signal });
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.getHeapUsage' }));
    for await (const [{ data }] of on(socket, 'message', { signal })) {
      const { id, result } = JSON.parse(String(data)) as {
        readonly id?: number;
        readonly result?: HeapUsage;
      };
      if (id === 1 && result !== undefined) return result;
    }
    throw new Error('workerd did not say what V8 uses');
  } finally {
    socket.close();
  }
}

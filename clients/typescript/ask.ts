// One question to an edge over HTTP. It ends in time, takes no endless answer, and follows nothing: what is sent to the endpoint, a
// sign-in among it, is for the endpoint alone.

const ASK_TIMEOUT_MS = 10_000;
/** What an edge says of itself is a few kilobytes. */
const MOST_BYTES = 1 << 20;
/** The header says whole seconds, and comes a while later. */
const CLOCKS_WITHIN_MS = 15_000;

export interface Answer {
  readonly status: number;
  /** Undefined if it is not JSON. */
  readonly body: unknown;
  /** The time in milliseconds by this machine's clock, or by the edge's where this one is wrong. */
  readonly now: number;
}

export interface AskOptions extends Omit<RequestInit, 'signal' | 'redirect'> {
  /** Gives up. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** @throws Error that says what was waited for, or why it cannot be reached */
export async function ask(
  address: string,
  { signal, timeoutMs = ASK_TIMEOUT_MS, ...init }: AskOptions = {},
): Promise<Answer> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const either = signal === undefined ? late : AbortSignal.any([signal, late]);
    const answer = await fetch(address, { ...init, redirect: 'manual', signal: either });
    const text = await textWithin(answer);
    return { status: answer.status, body: parsed(text), now: nowBy(answer) };
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    if (!late.aborted) throw cause;
    const what = `waited ${timeoutMs / 1000} s for the answer to ${new URL(address).pathname}, in vain`;
    throw new Error(what, { cause });
  }
}

async function textWithin({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) return new Blob(chunks).text();
    chunks.push(value);
    bytes += value.byteLength;
    if (bytes <= MOST_BYTES) continue;
    await reader?.cancel();
    throw new Error(`the answer is longer than ${MOST_BYTES} bytes`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nowBy({ headers }: Response): number {
  const here = Date.now();
  const there = Date.parse(headers.get('date') ?? '');
  return Math.abs(there - here) > CLOCKS_WITHIN_MS ? there : here;
}

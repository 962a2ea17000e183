// A digest of a stream's messages: sequences, times, subjects and bodies, in their order. Two streams with the same
// digest have the same messages. Those that expire by a time of their own are left out: one may be gone by now.

export interface DigestedMessage {
  readonly sequence: number;
  readonly timestampNs: bigint;
  readonly subject: string;
  readonly payload: Uint8Array;
}

export interface Digest {
  readonly messages: number;
  readonly first: number;
  readonly last: number;
  readonly sum: string;
}

/** In the headers of a message: how long it is kept. */
export const TTL_HEADER = 'Nats-TTL';

export class Digester {
  readonly #stream = new crypto.DigestStream('SHA-256');
  readonly #writer = this.#stream.getWriter();
  readonly #utf8 = new TextEncoder();
  #messages = 0;
  #first = 0;
  #last = 0;

  async add({ sequence, timestampNs, subject, payload }: DigestedMessage): Promise<void> {
    const line = `${sequence} ${timestampNs} ${payload.length} ${subject}\n`;
    await this.#writer.write(this.#utf8.encode(line));
    await this.#writer.write(payload);
    if (this.#messages === 0) this.#first = sequence;
    this.#messages += 1;
    this.#last = sequence;
  }

  async end(): Promise<Digest> {
    await this.#writer.close();
    const bytes = new Uint8Array(await this.#stream.digest);
    const sum = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return { messages: this.#messages, first: this.#first, last: this.#last, sum };
  }
}

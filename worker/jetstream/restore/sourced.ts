// What nats-server notes in each message that a stream sources: `Nats-Stream-Source: <stream> <sequence> <filter>
// <destination> <subject> <identity>` (genSourceHeader and composeIName in stream.go, 2.15.1). Pure.

import type { Feed } from './feeds.ts';

/** Where a message was sourced from. */
export interface Sourced {
  /** Which entry of `sources` it came by, as `indexNameOf` has it. */
  readonly indexName: string;
  /** In the source. */
  readonly sequence: number;
  readonly subject: string;
  /** Of the source, at that time. Servers before 2.15 note none. */
  readonly identity: string | undefined;
}

const SOURCE_HEADER = /^Nats-Stream-Source: (.*?)\r?$/m;

const ANY_SUBJECT = '>';
const IDENTITY_LENGTH = 8;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Undefined if it was published to the stream itself, or noted by a server before 2.10. */
export function sourcedFrom(header: Uint8Array): Sourced | undefined {
  const noted = SOURCE_HEADER.exec(new TextDecoder().decode(header))?.[1]?.split(' ') ?? [];
  const [stream, sequence, filter, destination, subject = '', identity] = noted;
  if (destination === undefined) return undefined;
  return { indexName: `${stream} ${filter} ${destination}`, sequence: Number(sequence), subject, identity };
}

/** How the server calls an entry of `sources` that is neither external nor has a consumer of its own. */
export function indexNameOf({ name, filter_subject, subject_transforms }: Feed): string {
  const transforms = subject_transforms ?? [];
  if (transforms.length === 0) return `${name} ${filter_subject || ANY_SUBJECT} ${ANY_SUBJECT}`;
  const from = transforms.map(({ src }) => src || ANY_SUBJECT).join('\f');
  const to = transforms.map(({ dest }) => dest || ANY_SUBJECT).join('\f');
  return `${name} ${from} ${to}`;
}

/** A stream's identity: a hash of when it was created. @param created as the server says it, RFC 3339 in UTC */
export async function identityOf(created: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(created));
  return [...new Uint8Array(hash, 0, IDENTITY_LENGTH)].map((byte) => DIGITS[byte % DIGITS.length]).join('');
}

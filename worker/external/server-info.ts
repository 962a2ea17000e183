// What a NATS server says first: its INFO, as far as it matters to the edge. Pure.

/** Of INFO. */
export interface ServerInfo {
  readonly version?: string;
  /** It is a lame duck: it takes no new clients. */
  readonly isLameDuck: boolean;
  /** It wants its clients to have TLS. */
  readonly needsTls: boolean;
}

const INFO = /^INFO\s+(\{.*\})\s*(\r?\n|$)/;

/** Undefined if the text does not begin with INFO. */
export function readInfo(text: string): ServerInfo | undefined {
  try {
    const told: unknown = JSON.parse(INFO.exec(text)?.[1] ?? '');
    if (typeof told !== 'object' || told === null) return undefined;
    const { version, ldm, tls_required } = told as Readonly<Record<string, unknown>>;
    return {
      ...(typeof version === 'string' && { version: printable(version).slice(0, LONGEST_VERSION) }),
      isLameDuck: ldm === true,
      needsTls: tls_required === true,
    };
  } catch {
    return undefined;
  }
}

const LONGEST_VERSION = 64;

/** Words of somebody else's server, which people read on terminals: on one line, and without its commands. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, ' ').trim();
}

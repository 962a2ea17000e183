// The ids of sessions, and the tokens of their servers. Both follow from one secret: nobody can guess them, and the Worker
// recognizes an id without asking anyone. The same owner and name have the same id.

import { SESSION_NAME } from '../../api/sessions.ts';

/** 40 bits tell the sessions of one name apart that have several owners; 88 sign the name and those. */
const OWNER_BYTES = 5;
const SIGNATURE_BYTES = 11;

/** RFC 4648's base32 in lowercase: it is allowed in a host name, whatever the case of letters there. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** 16 bytes in base32. */
const TAG_CHARS = 26;

const ID = new RegExp(`^(?<name>[a-z0-9-]+)-(?<tag>[a-z2-7]{${TAG_CHARS}})$`);

/** Whether a text has the form of an id; only `SessionIds.has` knows whether it is one. */
export function isIdLike(text: string): boolean {
  return ID.test(text);
}

/** In base32. */
const OWNER_CHARS = (OWNER_BYTES * 8) / 5;

/**
 * The subject below which a joined session shares: it has the part of its id that tells sessions of one name apart, and not
 * the signature, so that who reads the subject cannot name the session.
 */
export function shareOf(id: string): string {
  return `session.${id.slice(0, id.length - TAG_CHARS + OWNER_CHARS)}`;
}

export class SessionIds {
  readonly #key: CryptoKey;

  private constructor(key: CryptoKey) {
    this.#key = key;
  }

  /** @param secret at least 32 random bytes */
  static async of(secret: Uint8Array<ArrayBuffer>): Promise<SessionIds> {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' };
    return new SessionIds(await crypto.subtle.importKey('raw', secret, algorithm, false, ['sign']));
  }

  /** The id of the owner's session of this name: the name, and 26 characters that cannot be guessed. */
  async idOf(owner: string, name: string): Promise<string> {
    const ofOwner = (await this.#mac('owner', owner, name)).slice(0, OWNER_BYTES);
    return this.#sign(name, ofOwner);
  }

  /** Whether this is an id that was made with the secret. */
  async has(id: string): Promise<boolean> {
    const { name = '', tag = '' } = ID.exec(id)?.groups ?? {};
    if (!SESSION_NAME.test(name)) return false;
    const ofOwner = fromBase32(tag).slice(0, OWNER_BYTES);
    // The time of a comparison tells nothing here: to use it one would have to try for each character, over a network.
    return (await this.#sign(name, ofOwner)) === id;
  }

  /**
   * The NATS token of a session's server.
   *
   * @param serial of its lease: a session that is made anew has another token
   */
  async tokenOf(id: string, serial: number): Promise<string> {
    return toBase32(await this.#mac('token', id, String(serial)));
  }

  async #sign(name: string, ofOwner: Uint8Array): Promise<string> {
    const signature = await this.#mac('id', name, toBase32(ofOwner));
    const tag = new Uint8Array(OWNER_BYTES + SIGNATURE_BYTES);
    tag.set(ofOwner);
    tag.set(signature.slice(0, SIGNATURE_BYTES), OWNER_BYTES);
    return `${name}-${toBase32(tag)}`;
  }

  async #mac(...parts: readonly string[]): Promise<Uint8Array> {
    return new Uint8Array(
      await crypto.subtle.sign('HMAC', this.#key, new TextEncoder().encode(JSON.stringify(parts))),
    );
  }
}

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += BASE32[(value >> bits) & 31];
    }
  }
  return bits === 0 ? text : text + BASE32[(value << (5 - bits)) & 31];
}

/** Of characters of the alphabet only; bits that do not fill a byte are dropped. */
function fromBase32(text: string): Uint8Array {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text) {
    value = ((value << 5) | BASE32.indexOf(character)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((value >> bits) & 0xff);
  }
  return Uint8Array.from(bytes);
}

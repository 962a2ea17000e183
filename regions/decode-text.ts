// The text of a file. JSON is UTF-8; what is in another encoding is recognised, so that people learn what to change.

/** The text, without its byte-order mark, or what the file is instead of UTF-8. */
export type DecodedText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly encoding: string };

// The longer marks first: that of UTF-32LE begins with that of UTF-16LE.
const MARKS: readonly (readonly [string, readonly number[]])[] = [
  ['UTF-32LE', [0xff, 0xfe, 0, 0]],
  ['UTF-32BE', [0, 0, 0xfe, 0xff]],
  ['UTF-16LE', [0xff, 0xfe]],
  ['UTF-16BE', [0xfe, 0xff]],
  ['compressed by gzip', [0x1f, 0x8b]],
  ['compressed by zip', [0x50, 0x4b, 3, 4]],
];

/** Without a mark, since JSON begins with an ASCII character: which of the first four bytes are 0. */
const ZEROS: ReadonlyMap<string, string> = new Map([
  ['x000', 'UTF-32LE'],
  ['000x', 'UTF-32BE'],
  ['x0x0', 'UTF-16LE'],
  ['0x0x', 'UTF-16BE'],
]);

/** Decodes the bytes of a file. */
export function decodeText(file: Uint8Array): DecodedText {
  const [marked] = MARKS.find(([, mark]) => mark.every((byte, index) => file[index] === byte)) ?? [];
  const zeros = Array.from(file.subarray(0, 4), (byte) => (byte === 0 ? '0' : 'x')).join('');
  const encoding = marked ?? ZEROS.get(zeros);
  if (encoding !== undefined) return { ok: false, encoding };
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(file) };
  } catch {
    return { ok: false, encoding: otherEncoding(file) };
  }
}

function otherEncoding(bytes: Uint8Array): string {
  const readable = new TextDecoder('utf-8').decode(bytes);
  const line = readable.slice(0, readable.indexOf('\uFFFD')).split('\n').length;
  return `an 8-bit encoding such as Windows-1252 or ISO 8859-1, or damaged (first seen in line ${line})`;
}

// Snappy's block format, of which remote write asks for: here without any compression, which the format allows.

const MOST_LITERAL = 0x1_0000;
/** A literal whose length less one follows in two bytes. */
const LITERAL_2 = 61 << 2;

/** The bytes as a block. */
export function snappyBlock(bytes: Uint8Array): Uint8Array {
  const literals = Math.ceil(bytes.length / MOST_LITERAL);
  const head = varint(bytes.length);
  const block = new Uint8Array(head.length + bytes.length + 3 * literals);
  block.set(head);
  let end = head.length;
  for (let from = 0; from < bytes.length; from += MOST_LITERAL) {
    const literal = bytes.subarray(from, from + MOST_LITERAL);
    const last = literal.length - 1;
    block.set([LITERAL_2, last & 0xff, last >> 8], end);
    block.set(literal, end + 3);
    end += 3 + literal.length;
  }
  return block;
}

/** A whole number from 0 to 2^53 as protobuf and snappy write it: seven bits a byte, the lowest first. */
export function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return [...bytes, rest];
}

// Which addresses count as one client: for shares and dials, for limits, and in the audit log. An IPv4 address counts as
// itself, however it is written. An IPv6 address counts as its /64, the smallest network that a provider gives to one
// customer: a machine in it may have any address of it, and changes it as it likes.
//
// Runs once per connection, hence character by character: splitting the text would take longer than the decision.

/** The longest IPv6 address: six groups of four digits, and an IPv4 address. */
const MAX_CHARS = 45;
const ALL_GROUPS = 8;
/** Groups of four hexadecimal digits in a /64. */
const NETWORK_GROUPS = 4;
const GROUP_DIGITS = 4;
const COLON = 0x3a;
const BYTE_MAX = 0xff;

/**
 * The same text for all addresses of one client: `203.0.113.7` also for `::ffff:203.0.113.7`, `2001:db8:1:2::/64` for
 * `2001:DB8:1:2::7`. What is no address counts as itself.
 */
export function networkOf(address: string): string {
  if (address.length > MAX_CHARS || !address.includes(':')) return address;
  const groups = groupsOf(address.includes('.') ? withoutDots(address) : address);
  if (groups === undefined) return address;
  if (isMapped(groups)) return addressIn(groups);
  const [a = 0, b = 0, c = 0, d = 0] = groups.slice(0, NETWORK_GROUPS);
  return `${inHex(a)}:${inHex(b)}:${inHex(c)}:${inHex(d)}::/64`;
}

/** The groups of an IPv6 address; undefined if it is none. */
function groupsOf(address: string): readonly number[] | undefined {
  const gap = address.indexOf('::');
  const groups: number[] = [];
  if (!readGroups(address, 0, gap < 0 ? address.length : gap, groups)) return undefined;
  if (gap >= 0) {
    const last: number[] = [];
    if (!readGroups(address, gap + 2, address.length, last)) return undefined;
    if (groups.length + last.length >= ALL_GROUPS) return undefined;
    while (groups.length + last.length < ALL_GROUPS) groups.push(0);
    groups.push(...last);
  }
  return groups.length === ALL_GROUPS ? groups : undefined;
}

/** Reads `db8:1:2`, from `start` to before `end`. Returns whether all of it is groups; nothing at all is none. */
function readGroups(text: string, start: number, end: number, groups: number[]): boolean {
  if (start === end) return true;
  let value = 0;
  let digits = 0;
  for (let index = start; index <= end; index++) {
    const code = index === end ? COLON : text.charCodeAt(index);
    if (code === COLON) {
      if (digits === 0 || digits > GROUP_DIGITS) return false;
      groups.push(value);
      value = 0;
      digits = 0;
    } else {
      const digit = hexDigit(code);
      if (digit === undefined) return false;
      value = value * 16 + digit;
      digits += 1;
    }
  }
  return true;
}

function hexDigit(code: number): number | undefined {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lowerCase = code | 0x20;
  return lowerCase >= 0x61 && lowerCase <= 0x66 ? lowerCase - 0x61 + 10 : undefined;
}

const DOTTED_QUAD = /:(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/** `::ffff:203.0.113.7` -> `::ffff:cb00:7107` */
function withoutDots(address: string): string {
  const quad = DOTTED_QUAD.exec(address);
  const [a = 0, b = 0, c = 0, d = 0] = quad?.slice(1).map(Number) ?? [];
  if (quad === null || Math.max(a, b, c, d) > BYTE_MAX) return address;
  return `${address.slice(0, quad.index)}:${inHex(a * 256 + b)}:${inHex(c * 256 + d)}`;
}

/** Whether it is in `::ffff:0:0/96`: an IPv4 address written as an IPv6 one. */
function isMapped([a, b, c, d, e, mark]: readonly number[]): boolean {
  return a === 0 && b === 0 && c === 0 && d === 0 && e === 0 && mark === 0xffff;
}

function addressIn(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(-2);
  return [high >> 8, high & BYTE_MAX, low >> 8, low & BYTE_MAX].join('.');
}

function inHex(value: number): string {
  return value.toString(16);
}

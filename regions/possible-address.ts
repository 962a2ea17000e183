// Whether the host and the port of an address are ones that there can be: what the platform could not even try to reach is
// better refused where it is written. Pure.

const MOST_PORT = 65_535;
const ADDRESS = /^https?:\/\/(\[[^\]]*\]|[^:/?]*)(?::(\d+))?(?:[/?]|$)/;
const LABEL = /^[A-Za-z0-9-]{1,63}$/;

/** @param url `http://` or `https://`, without user and password */
export function isPossibleAddress(url: string): boolean {
  const [, host = '', port] = ADDRESS.exec(url) ?? [];
  if (port !== undefined && Number(port) > MOST_PORT) return false;
  return host.startsWith('[') ? isIpv6(host.slice(1, -1)) : isName(host);
}

/** A name whose last part is a number is read as an IPv4 address. */
function isName(host: string): boolean {
  const labels = host.replace(/\.$/, '').split('.');
  if (!labels.every((label) => LABEL.test(label))) return false;
  if (!/^\d+$/.test(labels.at(-1) ?? '')) return true;
  return labels.length === 4 && labels.every((label) => /^\d{1,3}$/.test(label) && Number(label) <= 255);
}

function isIpv6(text: string): boolean {
  const [before = '', after, ...more] = text.split('::');
  const groups = [before, after ?? ''].flatMap((part) => (part === '' ? [] : part.split(':')));
  if (more.length > 0 || !groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))) return false;
  return after === undefined ? groups.length === 8 : groups.length < 8;
}

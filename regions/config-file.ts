// A configuration as it is in a file: bytes, which should be UTF-8.

import { decodeText } from './decode-text.ts';
import { parseConfig, type Validation } from './validate.ts';

/** Checks the bytes of a configuration file. Problems have the lines where they are. */
export function parseConfigFile(file: Uint8Array): Validation {
  const decoded = decodeText(file);
  if (decoded.ok) return parseConfig(decoded.text);
  const { encoding } = decoded;
  return { ok: false, problems: [{ code: 'wrong-encoding', path: '', encoding }], warnings: [] };
}

// Versions of the configuration as text.

import type { VersionInfo } from '../api/config.ts';
import { printable } from './printable.ts';

/** `version 12 by alice, 2026-11-23 14:06:54Z: less of apac` */
export function versionText({ version, author, time, message }: VersionInfo): string {
  if (time === null) return `version ${version}, as deployed`;
  const what = message === '' ? '' : `: ${printable(message)}`;
  return `version ${version} by ${printable(author)}, ${timeText(time)}${what}`;
}

/** ISO 8601 without the T and the fraction; text that is not a time stays as it is. */
export function timeText(time: string | null): string {
  return printable(time ?? '-').replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?/, '$1 $2');
}

// Manifests, headers and summaries from text: what is cut off, foreign or of a later format is refused with the reason.

import * as v from 'valibot';
import type { Manifest } from './manifest.ts';
import { ManifestSchema, SegmentHeaderSchema, SegmentSummarySchema } from './schemas.ts';
import type { SegmentHeader, SegmentSummary } from './segment-header.ts';

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  /** `problem`: what is wrong, as a sentence. */
  | { readonly ok: false; readonly problem: string };

export function parseManifest(text: string): Parsed<Manifest> {
  return parsed<Manifest>(text, ManifestSchema);
}

export function parseSegmentHeader(text: string): Parsed<SegmentHeader> {
  return parsed<SegmentHeader>(text, SegmentHeaderSchema);
}

export function parseSegmentSummary(text: string): Parsed<SegmentSummary> {
  return parsed<SegmentSummary>(text, SegmentSummarySchema);
}

function parsed<T>(text: string, schema: v.GenericSchema<unknown, T>): Parsed<T> {
  const json = jsonOf(text);
  if (json === undefined)
    return { ok: false, problem: `it is not JSON, or was cut off after ${text.length} characters.` };
  const format = formatOf(json);
  if (format !== 1) {
    return {
      ok: false,
      problem: `it has format ${JSON.stringify(format)} where this version of Meridian knows format 1.`,
    };
  }
  const result = v.safeParse(schema, json);
  if (result.success) return { ok: true, value: result.output };
  const [issue] = result.issues;
  return { ok: false, problem: `${v.getDotPath(issue) ?? 'it'}: ${issue.message}.` };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function formatOf(json: unknown): unknown {
  return typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
}

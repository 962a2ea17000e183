// `GET /api/inspection`: what the checks of a running cluster find.

import * as v from 'valibot';
import { Count, Instant, Version, type Wire } from './schema-kinds.ts';

/** From the worst to the best. */
export const OUTCOMES = ['fail', 'warn', 'unknown', 'pass'] as const;
export type Outcome = (typeof OUTCOMES)[number];

const FindingSchema = v.strictObject({
  outcome: v.picklist(OUTCOMES.filter((each) => each !== 'pass')),
  region: v.pipe(v.nullable(v.string()), v.description('null if it is about no single region')),
  what: v.pipe(v.string(), v.description('what was found, or why nothing could be')),
  fix: v.pipe(v.string(), v.description('what is likely to mend it')),
});
export type Finding = Wire<typeof FindingSchema>;

const CheckResultSchema = v.strictObject({
  code: v.pipe(
    v.string(),
    v.description(
      'those of `nats audit` have its codes, such as `SERVER_001`; the others begin with `MERIDIAN`',
    ),
  ),
  name: v.pipe(v.string(), v.description('what should be so')),
  outcome: v.pipe(
    v.picklist(OUTCOMES),
    v.description('that of the worst finding; `unknown`: of some region it could not be told; `pass`: none'),
  ),
  findings: v.array(FindingSchema),
  leftOut: v.pipe(Count, v.description('findings beyond the first 50')),
});
export type CheckResult = Wire<typeof CheckResultSchema>;

export const InspectionSchema = v.strictObject({
  at: Instant,
  version: Version,
  checks: v.array(CheckResultSchema),
});
export type Inspection = Wire<typeof InspectionSchema>;

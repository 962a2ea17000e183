// All checks of a running cluster, and what they come to. Pure.

import { type CheckResult, type Inspection, OUTCOMES } from '../../api/inspection.ts';
import type { Check, Inspected } from './check.ts';
import { CLUSTER_CHECKS } from './cluster-checks.ts';
import { JETSTREAM_CHECKS } from './jetstream-checks.ts';
import { PLACE_CHECKS } from './place-checks.ts';
import { SERVER_CHECKS } from './server-checks.ts';

/** In the order in which they are shown. */
export const CHECKS: readonly Check[] = [
  ...CLUSTER_CHECKS,
  ...PLACE_CHECKS,
  ...SERVER_CHECKS,
  ...JETSTREAM_CHECKS,
];

/** Of one check: a thousand streams may have the same flaw. */
export const MAX_FINDINGS = 50;

export function inspect(inspected: Inspected): Inspection {
  const { at, version } = inspected.snapshot;
  return { at, version, checks: CHECKS.map((check) => resultOf(check, inspected)) };
}

function resultOf({ code, name, find }: Check, inspected: Inspected): CheckResult {
  const findings = find(inspected).toSorted((a, b) => rankOf(a.outcome) - rankOf(b.outcome));
  return {
    code,
    name,
    outcome: findings[0]?.outcome ?? 'pass',
    findings: findings.slice(0, MAX_FINDINGS),
    leftOut: Math.max(0, findings.length - MAX_FINDINGS),
  };
}

function rankOf(outcome: CheckResult['outcome']): number {
  return OUTCOMES.indexOf(outcome);
}

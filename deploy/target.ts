// Where a deploy goes: `--target`, else DEPLOYMENT_TARGET, else to Cloudflare, which alone is Meridian itself. Pure.

import { CommandError, EXIT } from '../cli/exit.ts';

export const PLATFORMS = ['synadia', 'cloudflare'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** What `--target` and DEPLOYMENT_TARGET may be. */
export const TARGETS = ['cloudflare', 'synadia', 'both'] as const;
export type Target = (typeof TARGETS)[number];

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws CommandError if there is no such target */
export function targetOf(option: string | undefined, env: Environment): Target {
  const named = option ?? (env.DEPLOYMENT_TARGET || 'cloudflare');
  const target = TARGETS.find((each) => each === named);
  if (target !== undefined) return target;
  const where = option === undefined ? 'DEPLOYMENT_TARGET' : '--target';
  throw new CommandError(
    EXIT.usage,
    `${where} is ${JSON.stringify(named)}, which is no target: it is one of ${TARGETS.join(', ')}.`,
    { details: { code: 'unknown_target', target: named, targets: TARGETS } },
  );
}

/** Accounts and streams come first: the edge may route clients to them, and a failure there leaves the Worker as it is. */
export function platformsOf(target: Target): readonly Platform[] {
  return target === 'both' ? PLATFORMS : [target];
}

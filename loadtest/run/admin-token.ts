// Scripts that edit or drain need the token of the admin API. That it is missing, or is not the target's, is said before
// k6 is started.

import { AdminClient } from '../../cli/admin-client.ts';
import { EXIT as CLI_EXIT, CommandError } from '../../cli/exit.ts';
import { EXIT, LoadtestError } from './loadtest-error.ts';
import type { Target } from './target.ts';

/** Asks the target's admin API as an operator would; undefined without a token. */
export function adminOf({ url, adminToken }: Pick<Target, 'url' | 'adminToken'>): AdminClient | undefined {
  if (adminToken === undefined) return undefined;
  return new AdminClient({ url: new URL(url), isExplicit: true, token: adminToken });
}

/**
 * @param name of the script
 * @param bundle it says itself what it needs, by exporting `NEEDS_ADMIN_TOKEN` or `NEEDS_ADMIN_TOKEN_OR_CONTROL`
 * @throws LoadtestError with the code for credentials
 */
export async function checkAdminToken(
  name: string,
  bundle: string,
  target: Pick<Target, 'url' | 'adminToken' | 'control'>,
): Promise<void> {
  const needsToken = /\bNEEDS_ADMIN_TOKEN\b/.test(bundle);
  const needsEither = /\bNEEDS_ADMIN_TOKEN_OR_CONTROL\b/.test(bundle);
  if (!needsToken && !needsEither) return;
  const admin = adminOf(target);
  if (admin === undefined) {
    if (needsEither && target.control !== undefined) return;
    throw new LoadtestError(
      `${name} changes the configuration of ${target.url}, and has no token for its admin API: put it into MERIDIAN_TOKEN, or leave --url out to have a local stack started.`,
      EXIT.refused,
    );
  }
  await admin.config().catch((cause) => {
    const isRefused = cause instanceof CommandError && cause.exitCode === CLI_EXIT.notAuthorized;
    throw new LoadtestError(
      `${name} changes the configuration of ${target.url}, which cannot be read: ${(cause as Error).message}`,
      isRefused ? EXIT.refused : EXIT.failed,
      { cause },
    );
  });
}

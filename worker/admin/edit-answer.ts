// The answer to the author of an edit: each outcome from the ConfigStore as an HTTP response.

import type { Published, VersionInfo } from '../../api/config.ts';
import type { Change } from '../../regions/edits/diff.ts';
import { nextStartNotes } from '../../regions/edits/next-start.ts';
import type { EditOutcome } from '../config/store-calls.ts';
import type { StoredVersion, VersionSummary } from '../config/version-table.ts';
import { errorResponse } from '../error-response.ts';
import { problemView } from './problem-view.ts';

export function publishedAnswer(stored: StoredVersion, changes: readonly Change[]): Response {
  return Response.json({
    ...summaryView(stored),
    changes,
    warnings: nextStartNotes(changes),
  } satisfies Published);
}

/** The version that the author started from and, for a rollback, the version to return to. */
export interface Asked {
  readonly base: number;
  readonly version?: number;
}

export function editRefusal(outcome: Exclude<EditOutcome, { kind: 'stored' }>, asked: Asked): Response {
  switch (outcome.kind) {
    case 'invalid':
      return invalidAnswer(outcome.problems);
    case 'conflict': {
      const { current, changes } = outcome;
      const versions = outcome.versions.map(({ version, author, message }) => ({ version, author, message }));
      const message = `made from version ${asked.base}, but version ${current} is the current one by now: look at what changed, and edit that one`;
      return errorResponse('conflict', message, {
        details: { current, changes, versions },
      });
    }
    case 'needs_deploy': {
      const paths = outcome.changes.map(({ path }) => path).join(', ');
      const message = `needs a deploy, nothing was changed: ${paths}. Edit regions/regions.json, run "npm run regions -- sync" and deploy`;
      return errorResponse('needs_deploy', message, {
        details: { changes: outcome.changes },
      });
    }
    case 'last_region':
      return errorResponse('last_region', LAST_REGION);
    case 'leaves':
    case 'jetstream_behind':
      return jetStreamBehind('reason' in outcome ? outcome.reason : 'the Keeper was not asked');
    case 'no_such_version':
      return noSuchVersion(asked.version);
  }
}

export function noSuchVersion(version: number | undefined): Response {
  return errorResponse(
    'no_such_version',
    `there is no version ${version}, or it is not kept any more: GET /api/config/history has those that are`,
  );
}

export function jetStreamBehind(reason: string): Response {
  return errorResponse(
    'jetstream_behind',
    `streams could be lost: ${reason}. Wait (GET /api/jetstream), or send "force"`,
  );
}

export const LAST_REGION =
  'no region would serve anybody: leave one that is enabled, not draining, dialled above 0 and open to some country, or send "force": true';

/** @param prefix of each message */
export function invalidAnswer(
  problems: Extract<EditOutcome, { kind: 'invalid' }>['problems'],
  prefix = '',
): Response {
  const views = problems.map(problemView).map((each) => ({ ...each, message: prefix + each.message }));
  const words = views.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  return errorResponse('invalid', words.join(' '), {
    details: { problems: views },
  });
}

/** A version without its content. */
export function summaryView({
  version,
  author,
  time,
  message,
}: Omit<VersionSummary, 'changes'>): VersionInfo {
  return { version, author, time: new Date(time).toISOString(), message };
}

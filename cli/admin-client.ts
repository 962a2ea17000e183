// The API's client for the commands: every failure of a call becomes a CommandError that says what happened, the
// likely fix, and the exit code.

import { ApiError, type NoAnswerError } from '../api/api-error.ts';
import { ApiClient, REQUEST_TIMEOUT_MS } from '../api/client.ts';
import type { ProblemView } from '../api/config.ts';
import type { ErrorDetails } from '../api/error-answer.ts';
import type { ErrorCode } from '../api/errors.ts';
import { describeChange } from '../regions/edits/describe-change.ts';
import type { Change } from '../regions/edits/diff.ts';
import type { Connection } from './connection.ts';
import { CommandError, EXIT, type ExitCode } from './exit.ts';
import { printable } from './printable.ts';

/** Cloudflare itself refuses bodies beyond the limit of the plan. */
const TOO_LARGE =
  'The body is too large for Cloudflare, which takes 100 MB, or more with larger plans. `nats backup restore` restores a larger archive directly.';

export class AdminClient extends ApiClient {
  readonly connection: Connection;

  constructor(connection: Connection) {
    const { url, token } = connection;
    const failWith = (error: ApiError | NoAnswerError) =>
      error instanceof ApiError ? refused(connection, error) : noAnswer(connection, error);
    super({ url, token, failWith });
    this.connection = connection;
  }
}

function noAnswer({ url, isExplicit, note }: Connection, cause: NoAnswerError): CommandError {
  const { isLate, mayHaveHappened, reason } = cause;
  const why = isLate ? `no answer within ${REQUEST_TIMEOUT_MS / 1000} s` : reason;
  const fix = mayHaveHappened
    ? 'The change may have been made all the same: see `regions history`.'
    : 'Start the local stack with `npm start`, or name another edge with --url or MERIDIAN_URL.';
  const details = { code: 'no_server', isLate, mayHaveHappened };
  if (!isExplicit && !mayHaveHappened) {
    const passedOver = note === undefined ? '' : ` ${note}`;
    const message = `No local stack runs, and nothing answers at ${url.origin} (${why}).${passedOver} ${fix}`;
    return new CommandError(EXIT.noServer, message, { details, cause });
  }
  return new CommandError(EXIT.noServer, `No server at ${url.origin} (${why}). ${fix}`, { details, cause });
}

/** The one function that turns the API's errors into messages and exit codes. */
function refused(connection: Connection, error: ApiError): CommandError {
  const { status, code, details } = error;
  const { origin } = connection.url;
  const end = (exitCode: ExitCode, message: string): CommandError => {
    const said = code === undefined ? { code: 'no_answer' } : { code, message: error.message, ...details };
    return new CommandError(exitCode, message, { details: { status, ...said }, cause: error });
  };
  if (status >= 300 && status < 400) {
    return end(
      EXIT.notAuthorized,
      `${origin} asks for a login in a browser (${status}). It is behind Cloudflare Access: let the admin token through, or use another --url.`,
    );
  }
  if (status === 401) return end(EXIT.notAuthorized, notAuthorized(connection));
  if (status === 403) {
    const why =
      code === ('read_only' satisfies ErrorCode)
        ? 'this token may read but not change anything.'
        : printable(error.message);
    return end(EXIT.notAuthorized, `${origin} refuses: ${why}`);
  }
  if (status === 413) {
    return end(EXIT.refused, code === undefined ? TOO_LARGE : `Refused: ${printable(error.message)}.`);
  }
  if (code === ('session_quota' satisfies ErrorCode))
    return end(EXIT.refused, `Refused: ${printable(error.message)}.`);
  if (status === 429) return end(EXIT.refused, `${origin} refuses: too many requests. Wait a minute.`);
  if (code === undefined) {
    return status === 404 || (status >= 200 && status < 300)
      ? end(EXIT.noServer, `${origin} answers, but is not Meridian (${status}). Check --url.`)
      : end(EXIT.noServer, `${origin} failed (${status}, without an explanation). Look at its log.`);
  }
  switch (code as ErrorCode) {
    case 'conflict':
      return end(EXIT.conflict, conflict(details));
    case 'invalid':
      return end(EXIT.refused, `The configuration is not valid:${problemLines(details.problems)}`);
    case 'needs_deploy':
      return end(EXIT.needsDeploy, needsDeploy(details.changes ?? []));
    case 'last_region':
      return end(
        EXIT.refused,
        'Refused: no region would serve anybody. Enable, undrain or dial up another one first, or open it to a country; --force does it all the same.',
      );
    case 'drained':
      return end(
        EXIT.refused,
        `Refused: ${printable(error.message)}. \`regions undrain\` ends a drain; \`regions set <id>.enabled=true\` enables a region.`,
      );
    case 'no_such_version':
      return end(
        EXIT.refused,
        'There is no such version: the last 100 are kept. `regions history` lists them.',
      );
    case 'no_such_region':
      return end(EXIT.refused, `${printable(error.message)}. \`regions list\` shows them all.`);
    case 'no_such_backup':
      return end(EXIT.refused, `${printable(error.message)}. \`regions backup list\` shows what there is.`);
    case 'no_such_job':
      return end(
        EXIT.refused,
        `${printable(error.message)}. \`regions backup jobs\` shows those that are kept.`,
      );
    case 'sessions_off':
      return end(
        EXIT.refused,
        'Sessions are off here. `npm run regions -- set sessions.madeBy=admins` lets admins make them, `=readers` the read token too.',
      );
    case 'no_such_session':
      return end(EXIT.refused, `${printable(error.message)}. \`sessions list\` shows yours.`);
    case 'not_empty':
      return end(
        EXIT.refused,
        `This deployment is at version ${details.current ?? '?'} already. --force makes the version from the backup its next one; history and audit log of the backup then stay in the bucket.`,
      );
    case 'session_differs':
    case 'stream_exists':
    case 'subjects_taken':
    case 'backup_exists':
    case 'backup_in_use':
    case 'nothing_lost':
    case 'bad_archive':
      return end(EXIT.refused, `Refused: ${printable(error.message)}.`);
    case 'admin_off':
    case 'not_found':
      return end(
        EXIT.noServer,
        `${origin} has no admin API. Admin is off until a token or Cloudflare Access is configured.`,
      );
    default:
      return end(
        status >= 500 ? EXIT.noServer : EXIT.refused,
        `${origin} refuses (${status} ${printable(code)}): ${printable(error.message)}`,
      );
  }
}

function notAuthorized({ url, token, note }: Connection): string {
  if (token !== undefined) {
    return `${url.origin} does not know this token. Check --token and MERIDIAN_TOKEN; the local stack makes a new one at each start.`;
  }
  const reason = note === undefined ? '' : ` ${note}`;
  return `${url.origin} requires a token.${reason} Set MERIDIAN_TOKEN, or use --token.`;
}

function conflict({ current, versions = [], changes = [] }: ErrorDetails): string {
  const who = versions.map(
    ({ version, author, message }) => `\n  version ${version} by ${printable(author)}: ${printable(message)}`,
  );
  const what = changes.map((change) => `\n  ${printable(describeChange(change))}`);
  const now = current === undefined ? '' : ` (it is now at version ${current})`;
  const changed = what.length === 0 ? '' : `\nWhat changed:${what.join('')}`;
  return `Not done: the configuration was changed in between${now}.${who.join('')}${changed}\nLook at \`regions diff\`, then try again.`;
}

/** What to do about changes that need a deploy. */
export function needsDeploy(changes: readonly Change[], start = 'Not done'): string {
  const what = changes.map((change) => `\n  ${printable(describeChange(change))}`).join('');
  return `${start}: this needs a deploy.${what}\nPut it into regions/regions.json, then run \`npm run regions -- sync\` and \`npm run deploy\`.`;
}

function problemLines(problems: readonly ProblemView[] = []): string {
  return problems
    .map(({ path, message }) => {
      // The message may begin with the path already.
      const text = path === '' || message.startsWith(path) ? message : `${path}: ${message}`;
      return `\n  ${printable(text)}`;
    })
    .join('');
}

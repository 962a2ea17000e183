// A session as text.

import type { SessionDetail } from '../../api/sessions.ts';
import { formatTable } from '../../regions/table.ts';
import { printable } from '../printable.ts';
import { timeText } from '../version-text.ts';

/** What it is, and what its clients need. */
export function sessionText({
  name,
  state,
  region,
  expires,
  problem,
  id,
  url,
  token,
  user,
  shares,
  joined,
}: SessionDetail): string {
  const why = problem === undefined ? '' : ` (${problem})`;
  const head = `${name} is ${state}${why}, near ${region}, until ${timeText(expires)}.`;
  const rows = [
    ['id', id],
    ['NATS_URL', url],
    ...(user === undefined
      ? [['NATS_TOKEN', token]]
      : [
          ['NATS_USER', user],
          ['NATS_PASSWORD', token],
          ['joined', joined ?? 'no region'],
          ['shares', `${shares}.in.> and ${shares}.out.>`],
        ]),
  ];
  return [printable(head), formatTable(rows.map((row) => ['', ...row.map(printable)]))].join('\n');
}

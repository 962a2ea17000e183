// What an edit changes, a line for each.

import type { DryRun } from '../../../api/config.ts';
import { changeText } from '../words/change.ts';

export function ChangeList({ changes }: Pick<DryRun, 'changes'>) {
  return (
    <ul class="changes">
      {changes.map((change) => (
        <li key={change.path}>{changeText(change)}</li>
      ))}
    </ul>
  );
}

// Somebody else has stored a version since this edit began: who, why and what, as the command shows it.

import type { ApiError } from '../../../api/api-error.ts';
import { changeText } from '../words/change.ts';

interface ConflictProps {
  readonly details: ApiError['details'];
  readonly onStartAgain: () => void;
}

export function Conflict({ details: { current, versions = [], changes = [] }, onStartAgain }: ConflictProps) {
  return (
    <div class="conflict" role="alert">
      <p>
        <strong>Nothing was stored:</strong> the configuration has changed since you began, and is now version{' '}
        {current}.
      </p>
      <ul>
        {versions.map(({ version, author, message }) => (
          <li key={version}>
            version {version} by {author}: {message}
          </li>
        ))}
      </ul>
      <ul class="changes">
        {changes.map((change) => (
          <li key={change.path}>{changeText(change)}</li>
        ))}
      </ul>
      <button type="button" class="action primary" onClick={onStartAgain}>
        Make my changes to version {current}
      </button>
    </div>
  );
}

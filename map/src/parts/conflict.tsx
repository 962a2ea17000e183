// Somebody else has stored a version since this edit began: who, why and what, as the command shows it.

import type { ApiError } from '../../../api/api-error.ts';
import { ChangeList } from './change-list.tsx';

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
      <ChangeList changes={changes} />
      <button type="button" class="action primary" onClick={onStartAgain}>
        Make my changes to version {current}
      </button>
    </div>
  );
}

// What there would be for those who have signed in.

import { app, useApp } from '../state/use-app.ts';

/** @param forWhat "to see the history" */
export function SignInNeeded({
  forWhat,
  isAdmin = false,
}: {
  readonly forWhat: string;
  readonly isAdmin?: boolean;
}) {
  const { token } = useApp();
  return (
    <div class="empty">
      <p>
        {token === undefined || !isAdmin
          ? `Sign in ${forWhat}.`
          : `Your token is a read token: it shows everything and changes nothing. Sign in with the admin token ${forWhat}.`}
      </p>
      <button type="button" class="action primary" onClick={() => app.set({ isSigningIn: true })}>
        Sign in…
      </button>
    </div>
  );
}

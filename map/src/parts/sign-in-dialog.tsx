// Asks for the token, and says at once whether it is one.

import { useEffect, useRef, useState } from 'preact/hooks';
import { PATHS } from '../../../api/paths.ts';
import { ApiError, call } from '../call.ts';
import { app, signIn, useApp, wordsOf } from '../state/use-app.ts';

export function SignInDialog() {
  const { isSigningIn } = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    if (isSigningIn && dialog.current?.open === false) dialog.current.showModal();
    if (!isSigningIn) dialog.current?.close();
    setToken('');
    setProblem(undefined);
  }, [isSigningIn]);
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await call(PATHS.config, { token: token.trim() });
      signIn(token.trim());
    } catch (error) {
      const isWrong = error instanceof ApiError && error.code === 'unauthorized';
      setProblem(isWrong ? 'This token is not accepted.' : wordsOf(error));
    }
  };
  return (
    <dialog
      ref={dialog}
      class="dialog"
      aria-labelledby="sign-in-title"
      onClose={() => app.set({ isSigningIn: false })}
    >
      <form onSubmit={(event) => void submit(event)}>
        <h2 id="sign-in-title">Sign in</h2>
        <p>
          The read token shows everything, the admin token changes it too. It is kept until this tab is
          closed, and is in no address.
        </p>
        <label class="field">
          Token
          <input
            type="password"
            value={token}
            required
            autocomplete="off"
            aria-invalid={problem !== undefined}
            aria-describedby="sign-in-problem"
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <p id="sign-in-problem" class="problem" role="alert" hidden={problem === undefined}>
          {problem}
        </p>
        <div class="dialog-actions">
          <button type="button" class="action" onClick={() => app.set({ isSigningIn: false })}>
            Cancel
          </button>
          <button type="submit" class="action primary">
            Sign in
          </button>
        </div>
      </form>
    </dialog>
  );
}

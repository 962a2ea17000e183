// The versions of the configuration as a timeline, with a way back that is forecast before it is gone.

import { useEffect, useState } from 'preact/hooks';
import type { DryRun, History, LiveConfig, Published } from '../../../api/config.ts';
import { PATHS } from '../../../api/paths.ts';
import { app, ask, say, useApp, wordsOf } from '../state/use-app.ts';
import { dayText } from '../words/when.ts';
import { confirmed } from './confirm-dialog.tsx';
import { SignInNeeded } from './sign-in-needed.tsx';

export function HistoryPanel() {
  const { world, token } = useApp();
  const [history, setHistory] = useState<History>();
  const [problem, setProblem] = useState<string>();
  const version = world?.version;
  useEffect(() => {
    setProblem(undefined);
    ask<History>(PATHS.history).then(setHistory, (error) => setProblem(wordsOf(error)));
  }, [version, token]);
  if (world?.level === 'public') return <SignInNeeded forWhat="to see the history" />;
  if (problem !== undefined) return <p class="problem">{problem}</p>;
  if (history === undefined) return <p class="muted">Reading the history…</p>;
  if (history.versions.length === 0) {
    return (
      <p class="muted">
        Nothing has been changed since the deploy: what is live is what was deployed, version 0.
      </p>
    );
  }
  const back = async (to: number) => {
    try {
      await rollBack(to);
    } catch (error) {
      say(wordsOf(error), 'bad');
    }
  };
  return (
    <ol class="timeline">
      {history.versions.map(({ version: n, author, message, time, changes }) => (
        <li key={n} class={n === version ? 'current' : ''}>
          <div class="rank-head">
            <b>Version {n}</b>
            <span class="muted">{time === null ? 'as deployed' : dayText(Date.parse(time))}</span>
          </div>
          <p>{message === '' ? <span class="muted">no message</span> : message}</p>
          <p class="muted small">
            {author}
            {time === null ? '' : `, ${changes === 1 ? '1 change' : `${changes} changes`}`}
          </p>
          {n === version ? (
            <span class="badge">now</span>
          ) : world?.level === 'admin' ? (
            <button type="button" class="link" onClick={() => void back(n)}>
              Go back to this…
            </button>
          ) : null}
        </li>
      ))}
    </ol>
  );
}

async function rollBack(version: number): Promise<void> {
  const { config } = await ask<LiveConfig>(PATHS.config, { query: { version } });
  const dryRun = await ask<DryRun>(PATHS.dryRun, { method: 'POST', body: { config } });
  app.set({ proposal: { what: `going back to version ${version}`, dryRun } });
  try {
    const consent = await confirmed({
      title: `Go back to version ${version}?`,
      text: 'It is stored as a new version, so this can be undone in the same way.',
      dryRun,
      action: 'Go back',
      canForce: true,
      message: `back to version ${version}`,
    });
    if (consent === undefined) return;
    const published = await ask<Published>(PATHS.rollback, {
      method: 'POST',
      body: { version, base: dryRun.base, ...consent },
    });
    say(`Stored as version ${published.version}.`);
  } finally {
    app.set({ proposal: undefined });
  }
}

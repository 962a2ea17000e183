// The line above all: the name, whether what is shown is live, and who looks.

import { app, clock, reconnect, signOut, useApp } from '../state/use-app.ts';
import { durationText, shortCount } from '../words/numbers.ts';
import { summaryOf } from '../words/summary.ts';
import { Tabs } from './tabs.tsx';
import { useTick } from './use-tick.ts';

export function TopBar() {
  const { token, view, world } = useApp();
  return (
    <header class="top">
      <h1>
        <Mark />
        Meridian
      </h1>
      <Live />
      <p class="summary">{world === undefined ? '' : summaryOf(world)}</p>
      <Tabs
        label="How to show it"
        controls="main"
        chosen={view}
        onChoose={(name) => app.set({ view: name })}
        tabs={[
          { name: 'map', title: 'Map' },
          { name: 'tables', title: 'Tables' },
        ]}
      />
      {token === undefined ? (
        <button type="button" class="action" onClick={() => app.set({ isSigningIn: true })}>
          Sign in
        </button>
      ) : (
        <button type="button" class="action" onClick={() => signOut()}>
          Sign out
        </button>
      )}
    </header>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="13" />
      <ellipse cx="16" cy="16" rx="5.5" ry="13" />
      <path d="M3 16h26" />
      <circle class="mark-dot" cx="20.6" cy="9" r="3.4" />
    </svg>
  );
}

/** Whether what is shown is what is. */
function Live() {
  const { connection, world } = useApp();
  useTick(500, connection.is === 'waiting');
  const old = world === undefined ? '' : ` What is shown is ${durationText(clock.age())} old.`;
  switch (connection.is) {
    case 'live':
      return (
        <p class="live is-live" role="status">
          Live
        </p>
      );
    case 'connecting':
      return (
        <p class="live" role="status">
          {world === undefined ? 'Connecting…' : 'Reconnecting…'}
        </p>
      );
    case 'waiting': {
      const seconds = Math.max(1, Math.ceil((connection.until - performance.now()) / 1_000));
      return (
        <p class="live is-old">
          <span role="status">Meridian does not answer.</span> Reconnecting in {shortCount(seconds)} s.{old}{' '}
          <button type="button" class="link" onClick={reconnect}>
            Now
          </button>
        </p>
      );
    }
    case 'refused':
      return (
        <p class="live is-old" role="status">
          {connection.refusal.message}{' '}
          <button type="button" class="link" onClick={reconnect}>
            Try again
          </button>
        </p>
      );
  }
}

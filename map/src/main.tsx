// Where the page begins: it connects, and draws what it is told.

import './style/tokens.css';
import './style/page.css';
import './style/map.css';
import './style/panels.css';
import { render } from 'preact';
import { openConnection } from './live/connection.ts';
import { fromSnapshot, withChange } from './live/world.ts';
import { Page } from './page.tsx';
import { app, clock, signOut, useConnection } from './state/app.ts';

useConnection(
  openConnection({
    token: () => app.get().token,
    onState: (connection) => {
      const isSignedOut = connection.is === 'refused' && connection.refusal.code === 'unauthorized';
      app.set({ connection });
      if (isSignedOut && app.get().token !== undefined) {
        signOut('Your token is no longer accepted, so you were signed out.');
      }
    },
    onMessage: (message) => {
      const { world, build } = app.get();
      clock.tell(message.at);
      if (message.kind === 'snapshot') {
        app.set({ world: fromSnapshot(message, world), build: build ?? message.build ?? undefined });
      } else if (world !== undefined) {
        app.set({ world: withChange(world, message) });
      }
    },
  }),
);

const root = document.getElementById('page');
if (root !== null) render(<Page />, root);

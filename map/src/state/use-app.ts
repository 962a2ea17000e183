// The state of the page, for components.

import { type AppState, app } from './app.ts';
import { useStore } from './store.ts';

export { app, ask, clock, nameOf, reconnect, say, signIn, signOut, wordsOf } from './app.ts';

export function useApp(): AppState {
  return useStore(app);
}

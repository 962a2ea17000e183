// What was said last, and whether the page is older than what is deployed.

import { app, useApp } from '../state/use-app.ts';

export function Notices() {
  const { notice, world, build } = useApp();
  const { build: deployed = null } = world ?? {};
  const isOld = deployed !== null && build !== undefined && deployed !== build;
  return (
    <div class="notices">
      {isOld ? (
        <p class="notice">
          Meridian was deployed anew, and this page is an old one.{' '}
          <button type="button" class="link" onClick={() => location.reload()}>
            Load the new one
          </button>
        </p>
      ) : null}
      <div role="status">
        {notice === undefined ? null : (
          <p class={`notice ${notice.tone}`}>
            {notice.text}{' '}
            <button type="button" class="link" onClick={() => app.set({ notice: undefined })}>
              Close
            </button>
          </p>
        )}
      </div>
    </div>
  );
}

// The first page of the viewer: opens a log file or the demo.

import type { AppState } from '../app-state.ts';
import { hasDemo } from '../demo/demo-log.ts';
import { OpenFile } from '../shell/open-file.tsx';

export function ViewerHome({ app }: { app: AppState }) {
  return (
    <div class="home">
      <section class="card" aria-labelledby="viewer-title">
        <h2 id="viewer-title">See a Realtime conversation</h2>
        <p>Drop a recording or any log of Realtime events on this page: lines of JSON, a list, a HAR file.</p>
        <div class="buttons">
          <OpenFile open={(file) => app.open(file)} />
          {hasDemo() && (
            <a class="button" href="#/demo">
              Open the demo session
            </a>
          )}
        </div>
        <p class="hint">This page is one file. The log stays in it: nothing is sent.</p>
      </section>
    </div>
  );
}

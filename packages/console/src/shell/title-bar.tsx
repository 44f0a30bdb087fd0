// The bar above every view: its title and state, the views of a log, actions, and whether the server is there.

import type { ComponentChildren } from 'preact';
import type { AppState } from '../app-state.ts';
import { linkLabel } from '../sources/server-link.ts';

export interface TitleBarProps {
  readonly app: AppState;
  readonly title: string;
  /** Beside the title. */
  readonly state?: ComponentChildren;
  /** In the middle. */
  readonly views?: ComponentChildren;
  /** At the end. One of them is primary. */
  readonly actions?: ComponentChildren;
}

export function TitleBar({ app, title, state, views, actions }: TitleBarProps) {
  return (
    <header class="title-bar">
      <h1 title={title}>{title}</h1>
      {state}
      {views}
      <div class="title-actions">
        {app.hasServer && <ServerState app={app} />}
        {actions}
      </div>
    </header>
  );
}

const LINK_COLORS = {
  connecting: 'opening',
  connected: 'live',
  locked: 'opening',
  refused: 'failed',
  lost: 'lost',
} as const;

/** A dot while all is well, and words otherwise. */
function ServerState({ app: { link } }: { app: AppState }) {
  const state = link.state.value;
  const isLost = state.kind === 'lost';
  const label = linkLabel(state);
  return (
    <>
      {/* A countdown is not read aloud second by second. */}
      <p
        class="state server-state"
        data-state={LINK_COLORS[state.kind]}
        role={isLost ? undefined : 'status'}
        title={`Server: ${label}`}
      >
        <span class={state.kind === 'connected' ? 'heard-only' : undefined}>{label}</span>
      </p>
      <p class="heard-only" role="alert">
        {isLost && 'The server does not answer.'}
      </p>
    </>
  );
}

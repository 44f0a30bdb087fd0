// The frame around every view: header, navigation, global shortcuts.

import type { RedactionLevel } from '@colloquy/protocol';
import { useEffect } from 'preact/hooks';
import type { AppState } from './app-state.ts';
import { CompareView } from './compare/compare-view.tsx';
import { ConversationView } from './conversation/conversation-view.tsx';
import { EventsView } from './events/events-view.tsx';
import { exportLog } from './log/export-log.ts';
import { addressOf, type Place, sourceWord, TABS, type Tab } from './route.ts';
import { ConnectionNotice } from './shell/connection-notice.tsx';
import { FileDrop } from './shell/file-drop.tsx';
import { FileProblemCard } from './shell/file-problem-card.tsx';
import { Home } from './shell/home.tsx';
import { KeyForm } from './shell/key-form.tsx';
import { Scrubber } from './shell/scrubber.tsx';
import { ShareButton } from './shell/share-button.tsx';
import { ShortcutList } from './shell/shortcut-list.tsx';
import { listenToKeys, useShortcuts } from './shell/shortcuts.ts';
import { linkLabel } from './sources/server-link.ts';
import type { Viewing } from './sources/viewing.ts';
import { TalkPanel } from './talk/talk-panel.tsx';
import { TimelineView } from './timeline/timeline-view.tsx';

const TAB_NAMES: Readonly<Record<Tab, string>> = {
  conversation: 'Conversation',
  timeline: 'Timeline',
  events: 'Events',
};

export function App({ app }: { app: AppState }) {
  const { place } = app;
  useEffect(() => {
    void app.link.check();
    return listenToKeys();
  }, [app]);
  const at = place.value;
  const go = (to: Place) => app.go(to);
  useShortcuts('Everywhere', [
    { key: 'g t', label: 'go to Talk', run: () => go({ view: 'log', source: { kind: 'talk' }, tab: 'conversation' }) },
    { key: 'g s', label: 'go to Sessions', run: () => go({ view: 'home' }) },
    { key: 'g c', label: 'go to Compare', run: () => go({ view: 'compare', left: undefined, right: undefined }) },
    ...TABS.map((tab, index) => ({
      key: String(index + 1),
      label: TAB_NAMES[tab].toLowerCase(),
      run: () => at.view === 'log' && go({ ...at, tab }),
    })),
  ]);
  return (
    <div class="page">
      <a class="skip" href={addressOf(at)} onClick={skipToMain}>
        Skip to the content
      </a>
      <header class="top">
        <a class="brand" href="#/talk">
          Colloquy
        </a>
        <nav aria-label="Console">
          <NavLink to="#/talk" isHere={at.view === 'log' && at.source.kind === 'talk'} label="Talk" />
          <NavLink to="#/home" isHere={at.view === 'home'} label="Sessions" />
          <NavLink to="#/compare/-/-" isHere={at.view === 'compare'} label="Compare" />
        </nav>
        <ServerLine app={app} />
        <ShortcutList />
      </header>
      {app.isLocked.value && <KeyForm app={app} />}
      <main id="main" tabIndex={-1}>
        <Content app={app} place={at} />
      </main>
      <FileDrop open={(file) => app.open(file)} />
    </div>
  );
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function NavLink({ to, isHere, label }: { to: string; isHere: boolean; label: string }) {
  return (
    <a class="nav-link" href={to} aria-current={isHere ? 'page' : undefined}>
      {label}
    </a>
  );
}

const LINK_COLORS = {
  connecting: 'opening',
  connected: 'live',
  locked: 'opening',
  refused: 'failed',
  lost: 'lost',
} as const;

function ServerLine({ app: { link } }: { app: AppState }) {
  const state = link.state.value;
  const isLost = state.kind === 'lost';
  return (
    <>
      {/* A countdown is not read aloud second by second. */}
      <p class="state" data-state={LINK_COLORS[state.kind]} role={isLost ? undefined : 'status'}>
        {linkLabel(state)}
      </p>
      <p class="heard-only" role="alert">
        {isLost && 'The server does not answer.'}
      </p>
    </>
  );
}

function Content({ app, place }: { app: AppState; place: Place }) {
  if (place.view === 'home') return <Home app={app} />;
  if (place.view === 'compare') return <CompareView app={app} left={place.left} right={place.right} />;
  const current = app.current.value;
  if (!current) return <Home app={app} />;
  return <LogPage app={app} place={place} viewing={current} />;
}

type LogPlace = Extract<Place, { view: 'log' }>;

function LogPage({ app, place, viewing }: { app: AppState; place: LogPlace; viewing: Viewing }) {
  const { tab } = place;
  const { state, message: label, problem } = viewing.status.value;
  const isTalk = viewing.source.kind === 'talk';
  if (problem)
    return (
      <section class="log" aria-label={viewing.name}>
        <div class="log-head">
          <h1 title={viewing.name}>{viewing.name}</h1>
          <p class="state" data-state={state} role="status">
            {label}
          </p>
        </div>
        <div class="log-body">
          <FileProblemCard app={app} problem={problem} />
        </div>
      </section>
    );
  return (
    <section class="log" aria-label={viewing.name}>
      <div class="log-head">
        <h1 title={viewing.name}>{viewing.name}</h1>
        <p class="state" data-state={state} role="status">
          {label}
        </p>
        <ShareLog viewing={viewing} />
        <a class="nav-link" href={addressOf({ view: 'compare', left: place.source, right: undefined })}>
          Compare with …
        </a>
        <nav class="tabs" aria-label="Views of this log">
          {TABS.map((each) => (
            <NavLink
              key={each}
              to={addressOf({ view: 'log', source: place.source, tab: each })}
              isHere={each === tab}
              label={TAB_NAMES[each]}
            />
          ))}
        </nav>
      </div>
      <Scrubber key={sourceWord(viewing.source)} app={app} viewing={viewing} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be within reach of the keyboard */}
      <section class="log-body" data-tab={tab} tabIndex={0} aria-label={TAB_NAMES[tab]}>
        {tab === 'conversation' && <ConversationView viewing={viewing} />}
        {tab === 'timeline' && <TimelineView viewing={viewing} />}
        {tab === 'events' && <EventsView viewing={viewing} />}
      </section>
      <ConnectionNotice app={app} viewing={viewing} />
      {isTalk && <TalkPanel app={app} talk={app.talk} />}
    </section>
  );
}

function ShareLog({ viewing }: { viewing: Viewing }) {
  const { log, name } = viewing;
  // Drawn anew when the first lines have come.
  if (log.version.value === 0 || log.rows.length === 0) return null;
  const make = async (level: RedactionLevel) =>
    ({ ok: true, value: new Blob(exportLog(log, level), { type: 'application/x-ndjson' }) }) as const;
  return <ShareButton name={log.header?.session ?? name} hidden={log.header?.hidden ?? []} make={make} />;
}

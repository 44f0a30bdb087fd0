// The page of one log: title bar, scrubber, and its panels beside each other.

import type { RedactionLevel } from '@colloquy/protocol';
import { ArrowLeftRight, Download, GitFork } from 'lucide';
import type { AppState } from '../app-state.ts';
import { askFork, ForkDialog } from '../fork/fork-dialog.tsx';
import { forkPointOf } from '../fork/fork-point.ts';
import { exportLog } from '../log/export-log.ts';
import { lazy } from '../parts/lazy.tsx';
import { Menu } from '../parts/menu.tsx';
import { Panel } from '../parts/panel.tsx';
import { remembered } from '../parts/remembered.ts';
import { Splitter } from '../parts/splitter.tsx';
import { addressOf, type Place, sourceWord, TABS, type Tab } from '../route.ts';
import type { Viewing } from '../sources/viewing.ts';
import { ConnectionButton } from '../talk/connection-button.tsx';
import { PhasePill } from '../talk/phase-pill.tsx';
import { areSettingsOpen } from '../talk/settings/settings-open.ts';
import { TalkPanel } from '../talk/talk-panel.tsx';
import { Welcome } from '../talk/welcome/welcome.tsx';
import { type Arrangement, arrange } from './arrangement.ts';
import { ConnectionNotice, downloadLog } from './connection-notice.tsx';
import { FileProblemCard } from './file-problem-card.tsx';
import { layout } from './layout.ts';
import { Scrubber } from './scrubber.tsx';
import { ShareButton } from './share-button.tsx';
import { TitleBar } from './title-bar.tsx';

const ConversationView = lazy(() =>
  import('../conversation/conversation-view.tsx').then(({ ConversationView }) => ConversationView),
);
const EventsView = lazy(() => import('../events/events-view.tsx').then(({ EventsView }) => EventsView));
const Inspector = lazy(() => import('../inspector/inspector.tsx').then(({ Inspector }) => Inspector));
const SettingsPanel = lazy(() =>
  import('../talk/settings/settings-panel.tsx').then(({ SettingsPanel }) => SettingsPanel),
);
const TimelineView = lazy(() => import('../timeline/timeline-view.tsx').then(({ TimelineView }) => TimelineView));

type LogPlace = Extract<Place, { view: 'log' }>;

const TAB_NAMES: Readonly<Record<Tab, string>> = {
  conversation: 'Conversation',
  timeline: 'Timeline',
  events: 'Events',
};

const isPixels = (value: unknown) => typeof value === 'number' && value >= 100 && value < 4000;
const conversationWidth = remembered('conversation-width', 440, isPixels);
const sideWidth = remembered('side-width', 340, isPixels);
const timelineHeight = remembered('timeline-height', 396, isPixels);
const belowHeight = remembered('below-height', 300, isPixels);

export function LogPage({ app, place, viewing }: { app: AppState; place: LogPlace; viewing: Viewing }) {
  const { state, problem } = viewing.status.value;
  const isTalk = viewing.source.kind === 'talk';
  const status = isTalk && state === 'live' ? <PhasePill talk={app.talk} /> : <LogState viewing={viewing} />;
  if (problem)
    return (
      <section class="log" aria-label={viewing.name}>
        <TitleBar app={app} title={viewing.name} state={status} />
        <div class="log-body">
          <FileProblemCard app={app} problem={problem} />
        </div>
      </section>
    );
  return (
    <section class="log" aria-label={viewing.name}>
      <TitleBar
        app={app}
        title={viewing.name}
        state={status}
        views={isTalk && viewing.log.version.value === 0 ? undefined : <ViewLinks place={place} />}
        actions={
          <>
            <LogActions app={app} place={place} viewing={viewing} />
            {isTalk && <ConnectionButton talk={app.talk} />}
          </>
        }
      />
      <Scrubber key={sourceWord(viewing.source)} viewing={viewing} />
      <Workspace key={`panels ${sourceWord(viewing.source)}`} {...{ app, place, viewing }} />
    </section>
  );
}

function LogState({ viewing: { status, progress } }: { viewing: Viewing }) {
  const { state, message } = status.value;
  const label = state === 'opening' && progress.value !== '' ? `${message} ${progress.value}` : message;
  return (
    <p class="state log-state" data-state={state} role="status" title={label}>
      {label}
    </p>
  );
}

/** The views by their addresses. With room for all, the first shows the three beside each other. */
function ViewLinks({ place: { source, tab } }: { place: LogPlace }) {
  const names = layout.value === 'narrow' ? TAB_NAMES : { ...TAB_NAMES, conversation: 'Overview' };
  return (
    <nav class="views" aria-label="Views of this log">
      {TABS.map((each) => (
        <a
          key={each}
          class="view-link"
          href={addressOf({ view: 'log', source, tab: each })}
          aria-current={each === tab ? 'page' : undefined}
        >
          {names[each]}
        </a>
      ))}
    </nav>
  );
}

function LogActions({ app, place, viewing }: { app: AppState; place: LogPlace; viewing: Viewing }) {
  const { log, name } = viewing;
  // Drawn anew when the first lines have come.
  if (log.version.value === 0 || log.rows.length === 0) return null;
  const forkPoint = app.hasServer ? forkPointOf(viewing) : undefined;
  const make = async (level: RedactionLevel) =>
    ({ ok: true, value: new Blob(exportLog(log, level), { type: 'application/x-ndjson' }) }) as const;
  return (
    <>
      <Menu
        label="More actions"
        items={[
          ...(forkPoint
            ? [{ label: 'Fork from here', icon: GitFork, run: () => askFork(forkPoint, viewing.source) }]
            : []),
          {
            label: 'Compare with …',
            icon: ArrowLeftRight,
            run: () => app.go({ view: 'compare', left: place.source, right: undefined }),
          },
          { label: 'Download log', icon: Download, run: () => downloadLog(viewing) },
        ]}
      />
      <ForkDialog app={app} />
      <ShareButton name={log.header?.session ?? name} hidden={log.header?.hidden ?? []} make={make} />
    </>
  );
}

function Workspace({ app, place, viewing }: { app: AppState; place: LogPlace; viewing: Viewing }) {
  const { log, selection } = viewing;
  void log.version.value;
  const isTalk = viewing.source.kind === 'talk';
  const hasSettings = isTalk && areSettingsOpen.value;
  const isEmpty = log.rows.length === 0;
  const isColumn = layout.value === 'wide';
  const panels = arrange({
    layout: layout.value,
    tab: place.tab,
    isEmpty,
    hasSelection: selection.value !== undefined,
    isSideTaken: hasSettings,
  });
  const hasMiddle = panels.timeline || panels.events;
  const isSplit = panels.conversation && hasMiddle;
  return (
    <div
      class="workspace"
      data-split={isSplit || undefined}
      data-side={panels.inspector === 'column' || (hasSettings && isColumn) || undefined}
      style={{ '--conversation-width': `${conversationWidth.value}px`, '--side-width': `${sideWidth.value}px` }}
    >
      {panels.conversation && (
        <div class="conversation-column">
          <Panel name="conversation" title="Conversation" hasHead={false}>
            {isTalk && isEmpty ? <Welcome app={app} /> : <ConversationView viewing={viewing} />}
          </Panel>
        </div>
      )}
      {isSplit && (
        <Splitter label="Width of the conversation" size={conversationWidth} min={320} max={900} panel="left" />
      )}
      {hasMiddle && <Middle panels={panels} viewing={viewing} />}
      <div class="composer">
        <ConnectionNotice app={app} viewing={viewing} />
        {isTalk && <TalkPanel talk={app.talk} />}
      </div>
      {panels.inspector === 'column' && (
        <>
          <Splitter label="Width of the inspector" size={sideWidth} min={300} max={640} panel="right" />
          <aside class="side" aria-label="Inspector">
            <Inspector viewing={viewing} />
          </aside>
        </>
      )}
      {hasSettings && (
        <>
          {isColumn && <Splitter label="Width of the settings" size={sideWidth} min={300} max={640} panel="right" />}
          <aside class={isColumn ? 'side' : 'settings-sheet'} aria-label="Settings">
            <SettingsPanel app={app} />
          </aside>
        </>
      )}
      {panels.inspector === 'sheet' && (
        <aside class="sheet" aria-label="Inspector">
          <Inspector viewing={viewing} />
        </aside>
      )}
    </div>
  );
}

/** Timeline over events, and where there is no column for it, the inspector below. */
function Middle({ panels, viewing }: { panels: Arrangement; viewing: Viewing }) {
  const areBoth = panels.timeline && panels.events;
  const isBelow = panels.inspector === 'below';
  return (
    <div class="middle">
      {panels.timeline && (
        <div class="stacked" style={areBoth ? { flex: `0 1 ${timelineHeight.value}px` } : undefined}>
          <Panel name="timeline" title="Timeline" hasHead={areBoth}>
            <TimelineView viewing={viewing} />
          </Panel>
        </div>
      )}
      {areBoth && <Splitter label="Height of the timeline" size={timelineHeight} min={140} max={900} panel="above" />}
      {panels.events && (
        <div class="stacked">
          <Panel name="events" title="Events" hasHead={areBoth}>
            <EventsView viewing={viewing} />
          </Panel>
        </div>
      )}
      {isBelow && (
        <>
          <Splitter label="Height of the inspector" size={belowHeight} min={140} max={900} panel="below" />
          <aside class="stacked" aria-label="Inspector" style={{ flex: `0 1 ${belowHeight.value}px` }}>
            <Inspector viewing={viewing} />
          </aside>
        </>
      )}
    </div>
  );
}

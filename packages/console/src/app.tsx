// The frame around every view: the rail, the view of the address, what lies above the page.

import { useEffect } from 'preact/hooks';
import type { AppState } from './app-state.ts';
import { lazy } from './parts/lazy.tsx';
import { Toasts } from './parts/toast.tsx';
import { addressOf, type Place, TABS } from './route.ts';
import { FileDrop } from './shell/file-drop.tsx';
import { KeyForm } from './shell/key-form.tsx';
import { LogPage } from './shell/log-page.tsx';
import { Rail } from './shell/rail.tsx';
import { listenToKeys, useShortcuts } from './shell/shortcuts.ts';
import { TitleBar } from './shell/title-bar.tsx';
import { ViewerHome } from './viewer/viewer-home.tsx';

const CompareView = lazy(() => import('./compare/compare-view.tsx').then(({ CompareView }) => CompareView));
const SessionsView = lazy(() => import('./sessions/sessions-view.tsx').then(({ SessionsView }) => SessionsView));

export function App({ app }: { app: AppState }) {
  const { place } = app;
  useEffect(() => {
    if (app.hasServer) void app.link.check();
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
      label: tab === 'conversation' ? 'overview' : tab,
      run: () => at.view === 'log' && go({ view: 'log', source: at.source, tab }),
    })),
  ]);
  return (
    <div class="page">
      <a class="skip" href={addressOf(at)} onClick={skipToMain}>
        Skip to the content
      </a>
      <Rail app={app} />
      <main id="main" tabIndex={-1}>
        {app.isLocked.value && <KeyForm app={app} />}
        <Content app={app} place={at} />
      </main>
      <FileDrop open={(file) => app.open(file)} />
      <Toasts />
    </div>
  );
}

function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Content({ app, place }: { app: AppState; place: Place }) {
  if (place.view === 'compare')
    return (
      <section class="log" aria-label="Compare logs">
        <TitleBar app={app} title="Compare" />
        <CompareView app={app} left={place.left} right={place.right} />
      </section>
    );
  const current = app.current.value;
  if (place.view === 'log' && current) return <LogPage app={app} place={place} viewing={current} />;
  return (
    <section class="log" aria-label={app.hasServer ? 'Sessions' : 'Open a log'}>
      <TitleBar app={app} title={app.hasServer ? 'Sessions' : 'Open a log'} />
      <div class="log-body">{app.hasServer ? <SessionsView app={app} /> : <ViewerHome app={app} />}</div>
    </section>
  );
}

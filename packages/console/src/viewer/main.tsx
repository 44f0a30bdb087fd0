// Entry point of the viewer: the console without a server. With a log inside it shows that log.

import { render } from 'preact';
import { App } from '../app.tsx';
import { createAppState } from '../app-state.ts';
import { loadRest } from '../parts/lazy.tsx';
import { embeddedLog } from '../share/log-block.ts';
import '../styles.ts';
import { noServer } from './no-server.ts';

const root = document.getElementById('app');
if (!root) throw new Error('the page has no #app');
const app = createAppState(noServer);
const log = embeddedLog();
if (log) {
  app.open(log, 1);
  const at = app.place.peek();
  if (at.view !== 'log') app.go({ view: 'log', source: { kind: 'file', slot: 1 }, tab: 'conversation' });
}
render(<App app={app} />, root);
loadRest();

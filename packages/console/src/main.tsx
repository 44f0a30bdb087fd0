// Entry point of the page at `/`. Content of sessions enters the page only as text nodes.

import { render } from 'preact';
import { App } from './app.tsx';
import { createAppState } from './app-state.ts';
import { loadRest } from './parts/lazy.tsx';
import './styles.ts';

const root = document.getElementById('app');
if (!root) throw new Error('the page has no #app');
render(<App app={createAppState()} />, root);
loadRest();

// Entry point of the page at `/`. Content of sessions enters the page only as text nodes.

import { render } from 'preact';
import { App } from './app.tsx';
import { createAppState } from './app-state.ts';
import { loadRest } from './parts/lazy.tsx';
import './style/fonts.css';
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/frame.css';
import './style/palette.css';
import './style/conversation.css';
import './style/talk.css';
import './style/events.css';
import './style/timeline.css';
import './style/sessions.css';
import './style/compare.css';

const root = document.getElementById('app');
if (!root) throw new Error('the page has no #app');
render(<App app={createAppState()} />, root);
loadRest();

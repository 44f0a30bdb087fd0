// The page at `/`: what is running, where to connect, and who is talking. Content enters the page as text nodes only.

import { fetchSessions, type LiveSession } from './sessions.ts';

const POLL_MS = 2000;
const ANSWER_MS = 5000;

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** `75` seconds → `1:15`. */
function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts
    .slice(parts[0] === 0 ? 1 : 0)
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
}

function row(session: LiveSession): HTMLTableRowElement {
  const since = session.startedAt === undefined ? '' : clockTime(Date.now() / 1000 - session.startedAt);
  const line = document.createElement('tr');
  for (const words of [session.id, session.kind, session.model, since]) {
    const cell = document.createElement('td');
    cell.append(words);
    line.append(cell);
  }
  return line;
}

function showSessions(sessions: readonly LiveSession[]): void {
  const table = element('sessions');
  table.querySelector('tbody')?.replaceChildren(...sessions.map(row));
  table.hidden = sessions.length === 0;
  element('none').hidden = sessions.length > 0;
}

function showState(state: 'running' | 'gone', words: string): void {
  const line = element('state');
  line.dataset.state = state;
  if (line.textContent !== words) line.textContent = words;
}

async function look(): Promise<void> {
  const answer = await fetchSessions(AbortSignal.timeout(ANSWER_MS));
  if (answer.ok) {
    showSessions(answer.sessions);
    const count = answer.sessions.length;
    showState('running', `running, ${count === 1 ? '1 live session' : `${count} live sessions`}`);
  } else {
    element('sessions').hidden = true;
    element('none').hidden = true;
    showState(answer.isThere ? 'running' : 'gone', answer.isThere ? 'running' : 'gone');
  }
  const trouble = element('trouble');
  trouble.hidden = answer.ok;
  trouble.textContent = answer.ok ? '' : answer.why;
}

async function keepLooking(): Promise<never> {
  for (;;) {
    // A page nobody sees asks nothing.
    if (!document.hidden) await look();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
element('address').textContent = `${scheme}://${location.host}/v1/realtime?model=colloquy`;
void keepLooking();

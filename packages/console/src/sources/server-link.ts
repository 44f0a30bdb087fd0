// Whether the server is there: the one answer for every view. It follows from each request, from the sockets, and from a poll.

import type { LockedStatus, ServerStatus } from '@colloquy/session';
import { type ReadonlySignal, signal } from '@preact/signals';
import type { Answer } from './server-api.ts';

export type LinkState =
  /** Nothing is known yet. */
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly status: ServerStatus }
  /** The server wants a key. `message` says what was wrong with the last one, if there was one. */
  | { readonly kind: 'locked'; readonly message: string }
  /** It answers, but not with its status. */
  | { readonly kind: 'refused'; readonly message: string }
  /** It does not answer. The next attempt is in `seconds`; 0 while it is made. */
  | { readonly kind: 'lost'; readonly seconds: number };

export interface ServerLink {
  readonly state: ReadonlySignal<LinkState>;
  /** Asks the server now. Resolves when the state says what came of it. */
  check(): Promise<void>;
  /** A request found the server, or did not. */
  onRequest(wasAnswered: boolean): void;
  /** A socket broke: asks at once whether the server is there. */
  onSocketLost(): void;
}

const POLL_MS = 5000;
/** Seconds before each attempt; the last one repeats. */
const RETRY_S = [1, 2, 3, 5, 10];

export function createServerLink(ask: () => Promise<Answer<ServerStatus | LockedStatus>>): ServerLink {
  const state = signal<LinkState>({ kind: 'connecting' });
  let checking: Promise<void> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempts = 0;

  function later(ms: number, run: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(run, ms);
  }

  function poll(): void {
    // A page that nobody sees asks nothing; it asks when it is seen again.
    if (!document.hidden) void check();
  }

  function countDown(seconds: number): void {
    state.value = { kind: 'lost', seconds };
    later(1000, () => {
      if (seconds > 1) countDown(seconds - 1);
      else void check();
    });
  }

  async function checkOnce(): Promise<void> {
    clearTimeout(timer);
    if (state.peek().kind === 'lost') state.value = { kind: 'lost', seconds: 0 };
    const answer = await ask();
    if (!answer.ok && answer.status === 0) {
      countDown(RETRY_S[Math.min(attempts, RETRY_S.length - 1)] as number);
      attempts += 1;
      return;
    }
    attempts = 0;
    state.value = stateOf(answer, state.peek());
    later(POLL_MS, poll);
  }

  function check(): Promise<void> {
    checking ??= checkOnce().finally(() => {
      checking = undefined;
    });
    return checking;
  }

  document.addEventListener('visibilitychange', poll);

  return {
    state,
    check,
    onRequest(wasAnswered) {
      const isLost = state.peek().kind === 'lost';
      if (checking || wasAnswered !== isLost) return;
      if (!wasAnswered) state.value = { kind: 'lost', seconds: 0 };
      void check();
    },
    onSocketLost() {
      if (state.peek().kind === 'connected') state.value = { kind: 'lost', seconds: 0 };
      void check();
    },
  };
}

function stateOf(answer: Answer<ServerStatus | LockedStatus>, before: LinkState): LinkState {
  if (!answer.ok) return { kind: answer.status === 401 ? 'locked' : 'refused', message: answer.message };
  return 'version' in answer.value
    ? { kind: 'connected', status: answer.value }
    : { kind: 'locked', message: before.kind === 'locked' ? before.message : '' };
}

/** What the header says. */
export function linkLabel(state: LinkState): string {
  switch (state.kind) {
    case 'connecting':
      return 'Connecting …';
    case 'connected':
      return `Connected · ${state.status.version}`;
    case 'locked':
      return 'API key required';
    case 'refused':
      return state.message;
    case 'lost':
      return state.seconds === 0 ? 'Reconnecting …' : `Reconnecting in ${state.seconds} s`;
  }
}

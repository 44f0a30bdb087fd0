// Replaces the server's API in the viewer: every request fails, and nothing is sent.

import { signal } from '@preact/signals';
import type { NoServer } from '../app-state.ts';
import type { Answer } from '../sources/server-api.ts';
import type { LinkState } from '../sources/server-link.ts';

const refused: Answer<never> = { ok: false, status: 0, message: 'The viewer has no server.' };
const refuse = () => Promise.resolve(refused);

export const noServer: NoServer = {
  api: {
    ...{ status: refuse, sessions: refuse, recordings: refuse, recording: refuse },
    ...{ deleteRecording: refuse, fork: refuse, protocols: refuse },
  },
  link: {
    state: signal<LinkState>({ kind: 'connecting' }),
    check: () => Promise.resolve(),
    onRequest: () => {},
    onSocketLost: () => {},
  },
};

// How the next session travels: over a WebSocket, or as a call over WebRTC.

import type { AppState } from '../../app-state.ts';
import { Choice } from './fields.tsx';

export function TransportSetting({ app: { server, talk } }: { app: AppState }) {
  const isServed = server.value?.webrtc === true;
  const isOpen = talk.state.value === 'open';
  return (
    <fieldset class="setting-group" aria-label="Connection">
      <h3>Connection</h3>
      <Choice
        label="Transport"
        value={talk.transport.value}
        choices={{ websocket: 'WebSocket', webrtc: 'WebRTC' }}
        disabled={!isServed || isOpen}
        choose={(value) => {
          talk.transport.value = value;
        }}
      />
      {hintOf(isServed, isOpen) && <p class="hint">{hintOf(isServed, isOpen)}</p>}
    </fieldset>
  );
}

function hintOf(isServed: boolean, isOpen: boolean): string {
  if (!isServed) return 'This server takes no calls: it runs with --no-webrtc, or is an older one.';
  return isOpen ? 'The transport of an open session cannot change: disconnect first.' : '';
}

// Connects and disconnects the session of Talk.

import { Unplug } from 'lucide';
import { Button } from '../parts/button.tsx';
import type { Talk } from './talk.ts';

export function ConnectionButton({ talk }: { talk: Talk }) {
  const state = talk.state.value;
  if (state === 'open')
    return (
      <Button icon={Unplug} onClick={() => talk.hangUp()}>
        Disconnect
      </Button>
    );
  return (
    <Button rank="primary" disabled={state === 'connecting'} onClick={() => void talk.connect()}>
      {state === 'connecting' ? 'Connecting …' : 'Connect'}
    </Button>
  );
}

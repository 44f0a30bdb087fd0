// The one microphone control: a click opens the microphone, holding it is push-to-talk. A ring shows the level.

import { Mic, MicOff } from 'lucide';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import type { Talk } from './talk.ts';
import { useLevel } from './use-level.ts';

/** A shorter press is a click. */
const HOLD_MS = 220;

export function MicrophoneButton({ talk }: { talk: Talk }) {
  const { microphone } = talk.voice;
  const state = microphone.value;
  const button = useRef<HTMLButtonElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const isHeld = useRef(false);
  useLevel(talk, (share) => button.current?.style.setProperty('--level', share.toFixed(3)));
  useEffect(() => () => clearTimeout(timer.current), []);
  const isOpen = state === 'open';
  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    // Let go outside of the button, it is let go all the same.
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    if (isOpen) return;
    timer.current = setTimeout(() => {
      isHeld.current = true;
      void talk.hold();
    }, HOLD_MS);
  };
  const lift = () => {
    clearTimeout(timer.current);
    if (isHeld.current) talk.release();
  };
  return (
    <button
      ref={button}
      type="button"
      class="microphone"
      data-state={state}
      aria-label={isOpen ? 'Close microphone' : 'Open microphone'}
      title={isOpen ? 'Close microphone (m)' : 'Open microphone (m); hold to talk (Space)'}
      onPointerDown={press}
      onPointerUp={lift}
      onPointerCancel={lift}
      onContextMenu={(event) => event.preventDefault()}
      onClick={() => {
        const wasHeld = isHeld.current;
        isHeld.current = false;
        if (!wasHeld) void talk.toggleMicrophone();
      }}
    >
      <Icon of={isOpen ? MicOff : Mic} size={20} />
    </button>
  );
}

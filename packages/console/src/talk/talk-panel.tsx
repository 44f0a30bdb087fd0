// The input of Talk: text field, microphone, buttons, settings.

import { useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { SettingsForm } from './settings-form.tsx';
import type { Talk } from './talk.ts';

export function TalkPanel({ app, talk }: { app: AppState; talk: Talk }) {
  const [text, setText] = useState('');
  const state = talk.state.value;
  useShortcuts('Talk', [
    { key: 'n', label: 'type a message', run: () => document.getElementById('say')?.focus() },
    { key: ' ', label: 'hold to talk', run: () => void talk.hold(), release: () => talk.release() },
    { key: 'm', label: 'open or close the microphone', run: () => void talk.toggleMicrophone() },
    { key: 'Escape', label: 'interrupt the response', run: () => talk.interrupt(), inFields: true },
  ]);
  const submit = (event: Event) => {
    event.preventDefault();
    const message = text.trim();
    if (message === '') return;
    setText('');
    void talk.say(message);
  };
  return (
    <section class="talk" aria-label="Talk">
      <Trouble talk={talk} />
      {state === 'idle' &&
        app.server.value?.missing.map((message) => (
          <p key={message} class="hint lack">
            {message}
          </p>
        ))}
      <form class="say" onSubmit={submit}>
        <label class="heard-only" for="say">
          Message
        </label>
        <input
          id="say"
          type="text"
          autocomplete="off"
          placeholder={state === 'ended' ? 'Message, starts a new session' : 'Message'}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit" disabled={text.trim() === ''}>
          Send
        </button>
        <MicrophoneButtons talk={talk} />
        <button type="button" onClick={() => talk.interrupt()} disabled={state !== 'open'} title="Esc">
          Interrupt
        </button>
        {state === 'open' ? (
          <button type="button" onClick={() => talk.hangUp()}>
            Disconnect
          </button>
        ) : (
          <button type="button" disabled={state === 'connecting'} onClick={() => void talk.connect()}>
            {state === 'connecting' ? 'Connecting …' : 'Connect'}
          </button>
        )}
      </form>
      <SettingsForm app={app} talk={talk} />
    </section>
  );
}

function Trouble({ talk }: { talk: Talk }) {
  const errorText = talk.errorMessage.value;
  const dismiss = () => {
    talk.errorMessage.value = '';
  };
  return (
    <div role="alert">
      {errorText !== '' && (
        <p class="trouble">
          {errorText}{' '}
          <button type="button" class="quiet" onClick={dismiss}>
            Dismiss
          </button>
        </p>
      )}
    </div>
  );
}

function MicrophoneButtons({ talk }: { talk: Talk }) {
  const { microphone, isHeard } = talk.voice;
  const state = microphone.value;
  const hold = (event: PointerEvent) => {
    // Let go outside of the button, it is let go all the same.
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    void talk.hold();
  };
  const keyed = (event: KeyboardEvent, act: () => void) => {
    if (event.key !== ' ' && event.key !== 'Enter') return;
    event.preventDefault();
    if (!event.repeat) act();
  };
  return (
    <>
      <button
        type="button"
        class="microphone"
        aria-pressed={state === 'held'}
        disabled={state === 'open'}
        title="Space"
        onPointerDown={hold}
        onPointerUp={() => talk.release()}
        onPointerCancel={() => talk.release()}
        onKeyDown={(event) => keyed(event, () => void talk.hold())}
        onKeyUp={(event) => keyed(event, () => talk.release())}
      >
        Hold to talk
      </button>
      <button
        type="button"
        class="microphone"
        aria-pressed={state === 'open'}
        title="m"
        onClick={() => void talk.toggleMicrophone()}
      >
        Open microphone
      </button>
      <LevelMeter talk={talk} />
      <span class="hint" role="status">
        {MICROPHONE_WORDS[state]}
        {isHeard.value && ' · speech detected'}
      </span>
    </>
  );
}

const MICROPHONE_WORDS = {
  off: '',
  asking: 'waiting for permission …',
  ready: 'microphone ready',
  held: 'speak, then release',
  open: 'microphone open',
} as const;

/** Redrawn for every piece of sound, so apart from everything else. */
function LevelMeter({ talk }: { talk: Talk }) {
  const { microphone, level } = talk.voice;
  if (microphone.value === 'off' || microphone.value === 'asking') return null;
  // Ears judge by ratios: -50 dB is nothing, 0 dB all.
  const share = Math.max(0, 1 + (20 * Math.log10(Math.max(level.value, 1e-6))) / 50);
  return <meter class="level" min={0} max={1} value={share} aria-label="Input level" />;
}

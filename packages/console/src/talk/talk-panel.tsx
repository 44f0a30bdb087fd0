// The input of Talk: text field, microphone, buttons, settings.

import { useLayoutEffect, useRef } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { SettingsForm } from './settings-form.tsx';
import type { Talk } from './talk.ts';

export function TalkPanel({ app, talk }: { app: AppState; talk: Talk }) {
  const state = talk.state.value;
  useShortcuts('Talk', [
    { key: 'n', label: 'type a message', run: () => document.getElementById('say')?.focus() },
    { key: ' ', label: 'hold to talk', run: () => void talk.hold(), release: () => talk.release() },
    { key: 'm', label: 'open or close the microphone', run: () => void talk.toggleMicrophone() },
    {
      key: 'Escape',
      label: 'interrupt the response, or leave the field',
      run: () => interruptOrLeave(talk),
      inFields: true,
    },
  ]);
  return (
    <section class="talk" aria-label="Talk">
      <Trouble talk={talk} />
      {state === 'idle' &&
        app.server.value?.missing.map((message) => (
          <p key={message} class="hint lack">
            {message}
          </p>
        ))}
      <form
        class="say"
        onSubmit={(event) => {
          event.preventDefault();
          void talk.sendDraft();
        }}
      >
        <MessageField talk={talk} />
        <button type="submit" disabled={talk.draft.value.trim() === ''}>
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

/** Interrupts; with nothing to interrupt it leaves the field, so that single keys are commands again. */
function interruptOrLeave(talk: Talk): void {
  if (talk.isAnswering()) return talk.interrupt();
  const { activeElement } = document;
  if (activeElement instanceof HTMLTextAreaElement) activeElement.blur();
}

/** Has the focus when Talk is opened; not on a touch screen, whose keyboard would cover the page. */
function MessageField({ talk }: { talk: Talk }) {
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    if (!matchMedia('(pointer: coarse)').matches) field.current?.focus({ preventScroll: true });
  }, []);
  return (
    <>
      <label class="heard-only" for="say">
        Message
      </label>
      <textarea
        id="say"
        ref={field}
        rows={1}
        autocomplete="off"
        placeholder={talk.state.value === 'ended' ? 'Message, starts a new session' : 'Message'}
        value={talk.draft.value}
        onInput={({ currentTarget }) => {
          talk.draft.value = currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          void talk.sendDraft();
        }}
      />
    </>
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

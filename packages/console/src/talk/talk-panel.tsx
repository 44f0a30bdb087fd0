// The input of Talk: the message, the microphone, and the button that interrupts. Nothing in it moves.

import { ArrowUp, Square } from 'lucide';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { IconButton } from '../parts/button.tsx';
import { useShortcuts } from '../shell/shortcuts.ts';
import { CallLine } from './call-line.tsx';
import { MicrophoneButton } from './microphone-button.tsx';
import type { Talk } from './talk.ts';
import { useTalkPhase } from './use-talk-phase.ts';
import type { MicrophoneState } from './voice.ts';

export function TalkPanel({ talk }: { talk: Talk }) {
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
      <form
        class="say"
        onSubmit={(event) => {
          event.preventDefault();
          void talk.sendDraft();
        }}
      >
        <div class="say-field">
          <MessageField talk={talk} />
          <IconButton type="submit" icon={ArrowUp} label="Send" disabled={talk.draft.value.trim() === ''} />
        </div>
        <InterruptSlot talk={talk} />
        <MicrophoneButton talk={talk} />
      </form>
      <div class="say-hint hint">
        <p role="status">{MICROPHONE_HINTS[talk.voice.microphone.value]}</p>
        <CallLine talk={talk} />
      </div>
    </section>
  );
}

const MICROPHONE_HINTS: Readonly<Record<MicrophoneState, string>> = {
  off: 'Enter sends. Hold Space to talk, m opens the microphone.',
  asking: 'Waiting for the permission to use the microphone …',
  ready: 'Enter sends. Hold Space to talk, m opens the microphone.',
  held: 'Speak, then release',
  open: 'Microphone open. Speech interrupts the answer.',
};

/** Interrupts; with nothing to interrupt it leaves the field, so that single keys are commands again. */
function interruptOrLeave(talk: Talk): void {
  if (talk.isAnswering()) return talk.interrupt();
  const { activeElement } = document;
  if (activeElement instanceof HTMLTextAreaElement) activeElement.blur();
}

/** Keeps its place while there is nothing to interrupt. */
function InterruptSlot({ talk }: { talk: Talk }) {
  const { isAnswering } = useTalkPhase(talk);
  return (
    <div class="slot">
      {isAnswering && <IconButton icon={Square} label="Interrupt" shortcut="Esc" onClick={() => talk.interrupt()} />}
    </div>
  );
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

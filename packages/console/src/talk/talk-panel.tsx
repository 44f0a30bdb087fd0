// Where one talks: a line to write in, and what there is to choose.

import { useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';
import { useShortcuts } from '../shell/shortcuts.ts';
import { SettingsForm } from './settings-form.tsx';
import type { Talk } from './talk.ts';

export function TalkPanel({ app, talk }: { app: AppState; talk: Talk }) {
  const [text, setText] = useState('');
  const state = talk.state.value;
  const trouble = talk.trouble.value;
  useShortcuts('Talk', [
    { key: 'n', words: 'write something', run: () => document.getElementById('say')?.focus() },
    { key: 'Escape', words: 'interrupt the answer', run: () => talk.interrupt(), inFields: true },
  ]);
  const submit = (event: Event) => {
    event.preventDefault();
    const said = text.trim();
    if (said === '') return;
    setText('');
    void talk.say(said);
  };
  return (
    <section class="talk" aria-label="Talk">
      {trouble !== '' && (
        <p class="trouble" role="alert">
          {trouble}{' '}
          <button
            type="button"
            class="quiet"
            onClick={() => {
              talk.trouble.value = '';
            }}
          >
            Dismiss
          </button>
        </p>
      )}
      <form class="say" onSubmit={submit}>
        <label class="heard-only" for="say">
          Say something in writing
        </label>
        <input
          id="say"
          type="text"
          autocomplete="off"
          placeholder="Say something"
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
        <button type="submit" disabled={text.trim() === ''}>
          Send
        </button>
        <button type="button" onClick={() => talk.interrupt()} disabled={state !== 'open'}>
          Interrupt
        </button>
        {state === 'open' ? (
          <button type="button" onClick={() => talk.hangUp()}>
            Hang up
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

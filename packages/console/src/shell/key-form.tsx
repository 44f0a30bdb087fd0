// Form for the server's API key, which stays in the memory of the page.

import { useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';

export function KeyForm({ app }: { app: AppState }) {
  const [typed, setTyped] = useState('');
  const link = app.link.state.value;
  const refusal = link.kind === 'locked' ? link.message : '';
  const submit = async (event: Event) => {
    event.preventDefault();
    app.key.value = typed.trim();
    await app.link.check();
  };
  return (
    <form class="card key-form" onSubmit={submit}>
      <label for="server-key">This server requires an API key</label>
      <input
        id="server-key"
        type="password"
        autocomplete="off"
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <button type="submit" disabled={typed.trim() === ''}>
        Continue
      </button>
      {refusal !== '' && (
        <p class="trouble" role="alert">
          {refusal}
        </p>
      )}
      <p class="hint">The key stays in the memory of this page until you close it.</p>
    </form>
  );
}

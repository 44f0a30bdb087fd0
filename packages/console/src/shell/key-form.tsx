// Form for the server's API key, which stays in the memory of the page.

import { useState } from 'preact/hooks';
import type { AppState } from '../app-state.ts';

export function KeyForm({ app }: { app: AppState }) {
  const [typed, setTyped] = useState('');
  const submit = async (event: Event) => {
    event.preventDefault();
    app.key.value = typed.trim();
    await app.refresh();
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
      <p class="hint">The key stays in the memory of this page until you close it.</p>
    </form>
  );
}

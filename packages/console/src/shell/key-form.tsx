// Asks for the server's key. It is kept in the memory of this page, and goes nowhere but to this server.

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
      <label for="server-key">This server asks for a key</label>
      <input
        id="server-key"
        type="password"
        autocomplete="off"
        value={typed}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <button type="submit" disabled={typed.trim() === ''}>
        Use it
      </button>
      <p class="hint">It stays in the memory of this page, and is forgotten when the page is closed.</p>
    </form>
  );
}

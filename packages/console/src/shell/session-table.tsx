// The live sessions of the server, with links to observe them.

import type { SessionSummary } from '@colloquy/session';
import { SafeText } from '../conversation/safe-text.tsx';
import { addressOf } from '../route.ts';
import { useNow } from './use-now.ts';

export function SessionTable({ sessions }: { sessions: readonly SessionSummary[] }) {
  const now = useNow(1000);
  if (sessions.length === 0) return <p>No live sessions.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">session</th>
          <th scope="col">kind</th>
          <th scope="col">model</th>
          <th scope="col">engine</th>
          <th scope="col">items</th>
          <th scope="col">for</th>
        </tr>
      </thead>
      <tbody>
        {sessions.map(({ id, type, model, engine, items, started_at, active_response }) => (
          <tr key={id}>
            <td data-name="session">
              <a href={addressOf({ view: 'log', source: { kind: 'session', id }, tab: 'conversation' })}>
                <SafeText text={id} />
              </a>
            </td>
            <td data-name="kind">
              <SafeText text={type} />
            </td>
            <td data-name="model">
              <SafeText text={model} />
            </td>
            <td data-name="engine">
              <SafeText text={engine} />
              {active_response !== null && active_response !== undefined && ' (answering)'}
            </td>
            <td data-name="items">{items ?? ''}</td>
            <td data-name="for">{clockTime(now / 1000 - started_at)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `75` seconds → `1:15`. */
function clockTime(seconds: number): string {
  if (!Number.isFinite(seconds)) return '';
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return parts
    .slice(parts[0] === 0 ? 1 : 0)
    .map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0')))
    .join(':');
}

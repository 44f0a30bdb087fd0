// What the colours mean.

const ENTRIES: readonly [kind: string, name: string][] = [
  ['user', 'User'],
  ['assistant', 'Assistant'],
  ['vad', 'VAD wait'],
  ['request', 'Request'],
  ['stt', 'STT'],
  ['llm', 'LLM to first token'],
  ['clause', 'First clause'],
  ['tts', 'TTS'],
  ['tool', 'Tool'],
  ['error', 'Error'],
];

export function Legend() {
  return (
    <ul class="legend" aria-label="Colours">
      {ENTRIES.map(([kind, name]) => (
        <li key={kind}>
          <span class="swatch" data-stage={kind} />
          {name}
        </li>
      ))}
    </ul>
  );
}

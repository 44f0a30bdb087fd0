// The exact audio bytes of the parrot, made by the engine, to compare with what a client received.

import { createHash } from 'node:crypto';
import { parrot } from '@colloquy/server';
import type { ResponseConfig } from '@colloquy/session';

const CONFIG: ResponseConfig = {
  model: 'colloquy',
  output_modalities: ['audio'],
  instructions: '',
  tools: [],
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: 'marin', speed: 1 } },
  prompt: null,
  metadata: null,
};

/** The parrot's spoken answer to these words: its text, how many bytes of audio, and their SHA-256 in hex. */
export async function parrotSays(text: string): Promise<{ text: string; bytes: number; sha256: string }> {
  const hash = createHash('sha256');
  let input = '';
  let bytes = 0;
  const context = [
    { type: 'message' as const, id: 'u', role: 'user' as const, content: [{ type: 'input_text' as const, text }] },
  ];
  const host = {
    signal: new AbortController().signal,
    audio: () => undefined,
    audioFormat: () => undefined,
    drop() {},
  };
  for await (const event of parrot().respond({ response_id: 'r', config: CONFIG, tools: [], context }, host)) {
    if (event.type === 'transcript.delta') input += event.delta;
    if (event.type !== 'audio.delta') continue;
    hash.update(event.audio);
    bytes += event.audio.length;
  }
  return { text: input, bytes, sha256: hash.digest('hex') };
}

// Takes the steps of a client against a test server, over a socket of its own: each once the server has sent what the step
// waits for. The steps of a recording are made by `colloquy convert --to test`.

import { setTimeout as sleep } from 'node:timers/promises';
import {
  BYTES_PER_MS,
  ColloquyError,
  decodeBase64,
  type RealtimeAudioFormat,
  readFrame,
  type ServerEvent,
} from '@colloquy/protocol';
import { type ClientStep, fillPlaceholders } from '@colloquy/session';
import { WebSocket } from 'ws';

export interface PlayOptions {
  /** Opens a transcription session instead of a conversation. @default 'realtime' */
  kind?: 'realtime' | 'transcription';
  /** How long a step may wait, in milliseconds. @default 10000 */
  timeoutMs?: number;
}

const SILENCE: Readonly<Record<RealtimeAudioFormat['type'], number>> = {
  'audio/pcm': 0,
  'audio/pcmu': 0xff,
  'audio/pcma': 0xd5,
};
/** Longest audio of one event, in milliseconds. */
const CHUNK_MS = 5000;
/** Events a second, since servers bound them: pause after this many. */
const BURST = 40;

/** Resolves when the last step is taken; rejects with `upstream_timeout` that names the step and what it waited for. */
export async function playClient(url: string, key: string, steps: readonly ClientStep[], options: PlayOptions = {}) {
  const { timeoutMs = 10_000, kind } = options;
  const address = new URL(url);
  if (kind === 'transcription') address.search = '?intent=transcription';
  const session = new PlayedSession(new WebSocket(address, { headers: { authorization: `Bearer ${key}` } }));
  try {
    await session.opened();
    for (const [index, step] of steps.entries()) {
      await session.waitFor(step.after ?? {}, `step ${index + 1}`, timeoutMs);
      if (step.silence_ms !== undefined) session.appendSilence(step.silence_ms);
      if (step.send) session.send(step.send);
      if (index % BURST === BURST - 1) await sleep(BURST * 12);
    }
  } finally {
    session.close();
  }
}

class PlayedSession {
  readonly #socket: WebSocket;
  readonly #counts = new Map<string, number>();
  readonly #items: string[] = [];
  readonly #responses: string[] = [];
  #format: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };
  #outputPerMs = BYTES_PER_MS['audio/pcm'];
  #isClosed = false;
  #wake = () => {};

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => {
      const read = readFrame(String(data), false);
      if (read.ok) this.#observe(read.value as ServerEvent);
    });
    socket.on('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
    socket.on('error', () => {}); // `close` follows
  }

  async opened(): Promise<void> {
    await this.waitFor({ 'session.created': 1 }, 'the beginning', 10_000);
  }

  async waitFor(after: Readonly<Record<string, number>>, name: string, timeoutMs: number): Promise<void> {
    const missing = () => Object.entries(after).find(([type, count]) => (this.#counts.get(type) ?? 0) < count);
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.#wake();
    }, timeoutMs);
    while (missing() && !isLate && !this.#isClosed)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    clearTimeout(timer);
    const [type, count] = missing() ?? [];
    if (type === undefined) return;
    const reason = this.#isClosed ? 'the connection was closed' : `none came within ${timeoutMs} ms`;
    const message = `${name} waits for '${type}' number ${count}; there were ${this.#counts.get(type) ?? 0}: ${reason}`;
    throw new ColloquyError('upstream_timeout', message);
  }

  send(event: object): void {
    const known = { items: this.#items, responses: this.#responses, silence: (ms: number) => this.#silence(ms) };
    this.#socket.send(JSON.stringify(fillPlaceholders(event, known)));
  }

  appendSilence(ms: number): void {
    for (let at = 0; at < ms; at += CHUNK_MS) {
      const audio = `$silence${Math.min(CHUNK_MS, ms - at)}`;
      this.send({ type: 'input_audio_buffer.append', audio });
    }
  }

  close(): void {
    this.#socket.close();
  }

  #silence(ms: number): Uint8Array {
    const { type } = this.#format;
    const sample = type === 'audio/pcm' ? 2 : 1;
    const bytes = Math.round((ms * BYTES_PER_MS[type]) / sample) * sample;
    return new Uint8Array(bytes).fill(SILENCE[type]);
  }

  #observe(event: ServerEvent): void {
    this.#counts.set(event.type, (this.#counts.get(event.type) ?? 0) + 1);
    switch (event.type) {
      case 'conversation.item.added':
        this.#items.push(event.item.id ?? '');
        break;
      case 'response.created':
        this.#responses.push(event.response.id ?? '');
        this.#outputPerMs = BYTES_PER_MS[event.response.audio?.output?.format?.type ?? 'audio/pcm'];
        break;
      case 'response.output_audio.delta':
        this.#counts.set('audio_ms', (this.#counts.get('audio_ms') ?? 0) + this.#lengthOf(event.delta));
        break;
      case 'session.created':
      case 'session.updated':
        this.#format = event.session.audio?.input?.format ?? this.#format;
    }
    this.#wake();
  }

  #lengthOf(audio: string): number {
    return (decodeBase64(audio)?.length ?? 0) / this.#outputPerMs;
  }
}

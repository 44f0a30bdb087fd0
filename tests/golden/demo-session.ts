// The demo session of the console, played from a script: two voices of Flite, one session, no clock. `demo.test.ts` checks the
// recording that ships; `node scripts/record-demo.mjs` writes it.

import type { Input, SessionOptions } from '@colloquy/session';
import { silence, spoken } from '@support/parts.ts';
import { create, type Frame, type Played, play, user } from '@support/session-harness.ts';
import { encodeMuLaw } from '../../packages/server/src/audio/g711.ts';
import { resampleAll } from '../../packages/server/src/audio/resample.ts';
import { SPEECH_HZ, type Speaker } from '../../packages/server/src/speech/ports.ts';

const OPTIONS = {
  seed: [20, 26, 1, 1],
  model: 'gpt-realtime',
  started_at: 1_767_261_600_000, // 2026-01-01 10:00 UTC
  mcp_labels: ['bookings'],
} as const satisfies SessionOptions;

/** µ-law: 8 bytes a millisecond. */
const FORMAT = { type: 'audio/pcmu' } as const;
const BYTES_PER_MS = 8;
const CHUNK_MS = 200;
const VAD_SILENCE_MS = 500;
/** Silence that is sent before speech: more than `prefix_padding_ms`, which is 300. */
const BEFORE_MS = 400;
/** Audio is sent this much ahead of its playback. */
const LEAD_MS = 400;

const SESSION = {
  type: 'realtime',
  instructions: 'You are the concierge of a small hotel in Paris. Answer in one or two sentences.',
  audio: {
    input: {
      format: FORMAT,
      transcription: { model: 'whisper-1', language: 'en' },
      turn_detection: { type: 'server_vad', silence_duration_ms: VAD_SILENCE_MS },
    },
    output: { format: FORMAT, voice: 'marin' },
  },
  tools: [
    {
      type: 'function',
      name: 'get_weather',
      description: 'The weather of a city.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
    { type: 'mcp', server_label: 'bookings', require_approval: 'always' },
  ],
};

const BOOKING = { restaurant: 'Chez Janou', guests: 2, time: '20:00' };
const BOOKING_TOOL = {
  name: 'book_table',
  description: 'Books a table.',
  input_schema: {
    type: 'object',
    properties: { restaurant: { type: 'string' }, guests: { type: 'integer' }, time: { type: 'string' } },
    required: ['restaurant', 'guests', 'time'],
  },
  hash: 'book_table 1',
};

/** Everything that is said, with the voice that says it. */
const LINES = {
  askWeather: ['slt', 'What is the weather like in Paris this evening?'],
  weather: [
    'rms',
    'This evening it is clear and mild in Paris, around eighteen degrees, with a light wind from the west and no rain until Sunday.',
  ],
  askTable: ['slt', 'Lovely. Book us a table for two at eight.'],
  offer: ['rms', 'I can book Chez Janou. Please confirm.'],
  booked: ['rms', 'Done. Chez Janou expects you at eight.'],
  askWalk: ['slt', 'How far is it on foot?'],
  walk: ['rms', 'About twelve minutes, along the canal.'],
} as const satisfies Record<string, readonly [voice: string, text: string]>;
type LineName = keyof typeof LINES;
/** µ-law bytes of each line. */
type Voices = Readonly<Record<LineName, Buffer>>;

/** Plays the session. Its inputs are all it takes to record it. */
export async function playDemo(speaker: Speaker): Promise<{ options: SessionOptions; inputs: Input[] }> {
  const voices = {} as Record<LineName, Buffer>;
  for (const name of Object.keys(LINES) as LineName[]) {
    const [voice, text] = LINES[name];
    const samples = await spoken(speaker, text, voice);
    voices[name] = Buffer.from(Uint8Array.from(resampleAll(trimmed(samples), SPEECH_HZ, 8000), encodeMuLaw));
  }
  return { options: OPTIONS, inputs: new Demo(voices).play() };
}

const QUIET = 300;

/** Without the silence around speech. */
function trimmed(samples: Int16Array): Int16Array {
  const isLoud = (sample: number) => Math.abs(sample) > QUIET;
  return samples.slice(samples.findIndex(isLoud), samples.findLastIndex(isLoud) + 1);
}

interface Due {
  at: number;
  act: () => void;
}

class Demo {
  readonly #voices: Voices;
  readonly #played: Played;
  #now = 0;
  #appendedMs = 0;
  /** When the first audio of the latest answer came, and its item. */
  #playing: { since: number; item_id: string } | undefined;
  #due: Due[] = [];

  constructor(voices: Voices) {
    this.#voices = voices;
    this.#played = play(OPTIONS);
  }

  play(): Input[] {
    const played = this.#played;
    this.#at(40, () => played.client({ type: 'session.update', event_id: 'client_1', session: SESSION }));
    this.#at(220, () => this.#list());
    this.#at(1200, () => this.#askWeather());
    this.#run();
    return [...played.inputs];
  }

  #askWeather(): void {
    this.#speak('askWeather', () => {
      this.#transcribe('askWeather', 260);
      this.#after(620, () => {
        this.#engine({ type: 'call', name: 'get_weather', call_id: 'call_weather' });
        this.#engine({ type: 'arguments.delta', delta: '{"city":' }, { type: 'arguments.delta', delta: '"Paris"}' });
        this.#engine({ type: 'done' });
      });
      this.#after(940, () => {
        const output = JSON.stringify({ sky: 'clear', celsius: 18, wind: 'light, west' });
        this.#client(create({ type: 'function_call_output', call_id: 'call_weather', output }));
        this.#client({ type: 'response.create' });
        this.#answer('weather', 310, 420);
        this.#after(4100, () => this.#interrupt());
      });
    });
  }

  /** The user speaks while the answer plays. */
  #interrupt(): void {
    this.#speak('askTable', () => {
      this.#transcribe('askTable', 280);
      this.#answer('offer', 540, 690, () => {
        const call = { type: 'call', name: 'book_table', server_label: 'bookings' } as const;
        this.#engine(call, { type: 'arguments.delta', delta: JSON.stringify(BOOKING) }, { type: 'done' });
        this.#after(3600, () => this.#approve());
      });
    });
  }

  #approve(): void {
    const request = this.#played.frames.findLast(({ item }) => item?.type === 'mcp_approval_request');
    this.#client(
      create({ type: 'mcp_approval_response', approval_request_id: request?.item?.id as string, approve: true }),
    );
    const call = this.#played.effects.findLast((effect) => effect.do === 'call_tool');
    this.#after(830, () => {
      const output = JSON.stringify({ confirmed: true, reference: 'CJ-2041' });
      this.#played.tools({ type: 'called', item_id: call?.item_id ?? '', output });
      this.#client({ type: 'response.create' });
      this.#answer('booked', 350, 470, () => this.#after(2600, () => this.#askWalk()));
    });
  }

  /** The slow turn: a long wait for the first token. */
  #askWalk(): void {
    this.#speak('askWalk', () => {
      this.#transcribe('askWalk', 410);
      this.#answer('walk', 3150, 3420, () => this.#after(2400, () => this.#fail()));
    });
  }

  /** A message that the engine fails to answer, and the second attempt. */
  #fail(): void {
    this.#client(create(user('Is it open on Sunday?', 'item_sunday')));
    this.#client({ type: 'response.create', response: { output_modalities: ['text'] } });
    this.#after(1150, () => {
      const error = { code: 'upstream_error', message: 'The language model answered with status 503.' };
      this.#engine({ type: 'failed', error });
    });
    this.#after(2900, () => {
      this.#client({ type: 'response.create', event_id: 'client_2', response: { output_modalities: ['text'] } });
      this.#after(480, () => this.#engine({ type: 'text.delta', delta: 'Yes, from noon' }));
      this.#after(560, () =>
        this.#engine({ type: 'text.delta', delta: ' until ten in the evening.' }, { type: 'done' }),
      );
      this.#after(2000, () => this.#played.host({ type: 'close' }));
    });
  }

  /** Answers the listing of the MCP server. */
  #list(): void {
    const listing = this.#played.effects.findLast((effect) => effect.do === 'list_tools');
    this.#played.tools({ type: 'listed', item_id: listing?.item_id ?? '', tools: [BOOKING_TOOL] });
  }

  /** The client sends speech with a little silence around it; the server detects the turn. */
  #speak(line: LineName, onTurn: () => void): void {
    const before = silence(BEFORE_MS);
    const after = silence(VAD_SILENCE_MS + 100);
    const quiet = (samples: Int16Array) =>
      Buffer.from(Uint8Array.from(samples.subarray(0, samples.length / 2), encodeMuLaw));
    const audio = Buffer.concat([quiet(before), this.#voices[line], quiet(after)]);
    const start = this.#appendedMs;
    const startMs = start + BEFORE_MS;
    const endMs = startMs + Math.round(this.#voices[line].length / BYTES_PER_MS) + VAD_SILENCE_MS;
    for (let sent = 0; sent < audio.length; sent += CHUNK_MS * BYTES_PER_MS) {
      const chunk = audio.subarray(sent, sent + CHUNK_MS * BYTES_PER_MS);
      this.#after((sent + chunk.length) / BYTES_PER_MS, () => {
        const from = this.#appendedMs;
        this.#client({ type: 'input_audio_buffer.append', audio: chunk.toString('base64') });
        this.#appendedMs += chunk.length / BYTES_PER_MS;
        const isPassed = (ms: number) => from < ms && ms <= this.#appendedMs;
        if (isPassed(startMs + 100)) this.#onSpeech(startMs);
        if (!isPassed(endMs)) return;
        this.#played.speech({ type: 'stopped', audio_ms: endMs });
        onTurn();
      });
    }
  }

  /** What is playing stops; the client truncates it to what was heard. */
  #onSpeech(audio_ms: number): void {
    this.#played.speech({ type: 'started', audio_ms });
    if (!this.#playing) return;
    const { since, item_id } = this.#playing;
    this.#playing = undefined;
    this.#after(20, () => {
      const audio_end_ms = Math.round(this.#now - since - 60);
      this.#client({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms });
    });
  }

  #transcribe(line: LineName, ms: number): void {
    const committed = this.#lastFrame('input_audio_buffer.committed');
    const item_id = committed?.item_id as string;
    const [, text] = LINES[line];
    this.#after(ms - 90, () => {
      const delta = text.slice(0, text.indexOf(' ', text.length / 2));
      this.#played.speech({ type: 'transcription.delta', item_id, delta });
    });
    this.#after(ms, () => this.#played.speech({ type: 'transcription.completed', item_id, transcript: text }));
  }

  /** A spoken answer: its first words after `textMs`, its first audio after `audioMs`, then as it is spoken. */
  #answer(line: LineName, textMs: number, audioMs: number, onEnd?: () => void): void {
    const [, text] = LINES[line];
    const audio = this.#voices[line];
    const response = this.#played.state.responses.find(({ out_of_band }) => !out_of_band)?.id;
    const isLive = () => this.#played.state.responses.some(({ id }) => id === response);
    const chunks = Math.ceil(audio.length / (CHUNK_MS * BYTES_PER_MS));
    const pieces = text.split(/(?<= )/);
    const piecesBefore = (chunk: number) => Math.ceil((pieces.length * chunk) / chunks);
    const say = (from: number, to: number) => {
      const delta = pieces.slice(from, to).join('');
      if (isLive() && delta !== '') this.#engine({ type: 'transcript.delta', delta });
    };
    this.#after(textMs, () => say(0, piecesBefore(1)));
    for (let chunk = 0; chunk < chunks; chunk++) {
      this.#after(audioMs + Math.max(0, chunk * CHUNK_MS - LEAD_MS), () => {
        if (!isLive()) return;
        if (chunk > 0) say(piecesBefore(chunk), piecesBefore(chunk + 1));
        const piece = audio.subarray(chunk * CHUNK_MS * BYTES_PER_MS, (chunk + 1) * CHUNK_MS * BYTES_PER_MS);
        this.#engine({ type: 'audio.delta', audio: piece.toString('base64'), bytes: piece.length });
        if (chunk === 0)
          this.#playing = { since: this.#now, item_id: this.#lastFrame('response.output_audio.delta')?.item_id };
        if (chunk < chunks - 1) return;
        if (onEnd) onEnd();
        // A call ends the response itself.
        if (isLive()) this.#engine({ type: 'done' });
        const { since } = this.#playing ?? { since: this.#now };
        this.#at(since + audio.length / BYTES_PER_MS, () => {
          this.#playing = undefined;
        });
      });
    }
  }

  #client(event: Parameters<Played['client']>[0]): void {
    this.#played.client(event);
  }

  #engine(...events: Parameters<Played['engine']>): void {
    this.#played.engine(...events);
  }

  #lastFrame(type: string): Frame | undefined {
    return this.#played.frames.findLast((frame) => frame.type === type);
  }

  #after(ms: number, act: () => void): void {
    this.#at(this.#now + ms, act);
  }

  #at(at: number, act: () => void): void {
    this.#due.push({ at: Math.round(at), act });
  }

  /** Acts in the order of time, and at one time in the order they were planned. */
  #run(): void {
    for (;;) {
      const next = this.#due.reduce<Due | undefined>(
        (first, each) => (!first || each.at < first.at ? each : first),
        undefined,
      );
      if (!next) return;
      this.#due = this.#due.filter((each) => each !== next);
      this.#played.wait(next.at - this.#now);
      this.#now = next.at;
      next.act();
    }
  }
}

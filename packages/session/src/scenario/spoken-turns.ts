// The user's stretches of speech in a log and their transcripts. Where they stand in the client's audio is counted by
// `client-script.ts`.

import type { RealtimeConversationItem } from '@colloquy/protocol';
import type { SpokenTurn } from './client-script.ts';

type Json = Readonly<Record<string, unknown>>;
type Edge = NonNullable<SpokenTurn['started']>;

interface Turn {
  /** Line of its commit, if it is to be transcribed. */
  line?: number;
  started?: Edge;
  stopped?: Edge;
}

export class SpokenTurns {
  /** Padding that the server puts before speech, in milliseconds. */
  prefixMs = 300;
  /** Whether the session asks for transcripts. */
  isTranscribing = false;
  /** By the id of the item that the audio becomes, in the order of their beginning. */
  readonly #turns = new Map<string, Turn>();
  readonly #transcripts = new Map<string, string>();
  /** Where speech began or ended by the detector, if the log has that. */
  #detected: number | undefined;

  /** An input of the session from its detector. */
  note({ type, audio_ms }: Json): void {
    if ((type === 'started' || type === 'stopped') && typeof audio_ms === 'number') this.#detected = audio_ms;
  }

  /** A server event, when the client had appended this much audio. */
  observe(line: number, { type, item_id, audio_start_ms, audio_end_ms, transcript }: Json, appendedMs: number): void {
    const id = `${item_id}`;
    const detected = this.#detected;
    if (type === 'input_audio_buffer.speech_started') {
      const ms = detected ?? (typeof audio_start_ms === 'number' ? audio_start_ms + this.prefixMs : 0);
      this.#turn(id).started = { audio_ms: Math.min(ms, appendedMs), at_ms: appendedMs };
    } else if (type === 'input_audio_buffer.speech_stopped') {
      const ms = detected ?? (typeof audio_end_ms === 'number' ? audio_end_ms : appendedMs);
      this.#turn(id).stopped = { audio_ms: Math.min(ms, appendedMs), at_ms: appendedMs };
    } else if (type === 'input_audio_buffer.committed') {
      const turn = this.#turn(id);
      if (this.isTranscribing) turn.line = line;
    } else if (type === 'conversation.item.input_audio_transcription.completed' && typeof transcript === 'string')
      this.#transcripts.set(id, transcript);
    else return;
    this.#detected = undefined;
  }

  /** A copy of an item with the transcripts of its audio. */
  withTranscripts(item: RealtimeConversationItem): RealtimeConversationItem {
    const transcript = this.#transcripts.get(`${item.id}`);
    if (transcript === undefined || item.type !== 'message') return item;
    const content = item.content.map((part) => (part.type === 'input_audio' ? { ...part, transcript } : part));
    return { ...item, content };
  }

  turns(): SpokenTurn[] {
    return [...this.#turns].map(([id, { started, stopped }]) => {
      const transcript = this.#transcripts.get(id);
      return {
        ...(started && { started }),
        ...(stopped && { stopped }),
        ...(transcript !== undefined && { transcript }),
      };
    });
  }

  /** Lines of the turns that have no transcript though the session asked for it. */
  untranscribed(): number[] {
    return [...this.#turns].flatMap(([id, { line }]) =>
      this.#transcripts.has(id) || line === undefined ? [] : [line],
    );
  }

  #turn(id: string): Turn {
    const turn = this.#turns.get(id) ?? {};
    this.#turns.set(id, turn);
    return turn;
  }
}

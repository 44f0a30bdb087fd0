// The spans of played audio: one item after the other, each as soon as some of it is there, as a player does it.

import type { Span } from './span.ts';

export class PlayedAudio {
  readonly #spans: Span[];

  readonly #playing = new Map<string, { span: number; from: number; ms: number }>();

  #until = 0;

  /** Adds to `spans`, and replaces what it added. */
  constructor(spans: Span[]) {
    this.#spans = spans;
  }

  /** Adds `ms` of audio of an item, received at `at`; returns when it has been played. */
  play(row: number, at: number, item: string, ms: number): number {
    let audio = this.#playing.get(item);
    if (!audio) {
      const from = Math.max(at, this.#until);
      const span: Span = {
        lane: 'assistant',
        kind: 'playback',
        from,
        to: from,
        row,
        label: 'Played audio',
        item,
        hasFailed: false,
      };
      audio = { span: this.#spans.push(span) - 1, from, ms: 0 };
      this.#playing.set(item, audio);
    }
    audio.ms += ms;
    this.#until = audio.from + audio.ms;
    this.#spans[audio.span] = { ...(this.#spans[audio.span] as Span), to: this.#until };
    return this.#until;
  }

  /** Cuts an item to the milliseconds that were heard. */
  truncate(item: string, heardMs: unknown, at: number): void {
    const audio = this.#playing.get(item);
    if (!audio || typeof heardMs !== 'number') return;
    const to = audio.from + Math.min(heardMs, audio.ms);
    this.#until = Math.min(this.#until, Math.max(to, at));
    const label = `Played audio, cut after ${Math.round(heardMs)} ms`;
    this.#spans[audio.span] = { ...(this.#spans[audio.span] as Span), to, label };
  }

  /** Another session plays nothing of the one before. */
  clear(): void {
    this.#playing.clear();
    this.#until = 0;
  }
}

// The conversation of `colloquy talk`: queues input, requests one turn at a time, writes the response as it arrives.
// Socket: `connect.ts`; terminal: `commands/talk.ts`.

import {
  type ClientEvent,
  decodeServerEvent,
  encodeBase64,
  encodeEvent,
  eventTypeOf,
  redact,
  type ServerEvent,
} from '@colloquy/protocol';
import { createAnswerAudio, createResponseQueue, type HeardPart, type ReceivedAudio } from '@colloquy/session';
import { printable, printableLine } from './printable.ts';

/** Where the sound of answers goes. Samples are 16-bit mono at 24 kHz. */
export interface Ear {
  readonly play: (samples: Int16Array, part: Pick<ReceivedAudio, 'item_id' | 'content_index'>) => void;
  /** Falls silent. Answers the parts that were not heard to their end. */
  readonly stop: () => readonly HeardPart[];
}

export interface TalkOptions {
  /** Sends one frame. */
  readonly send: (frame: string) => void;
  /** Writes a piece of the answer, or a frame; already safe to print. */
  readonly write: (text: string) => void;
  /** Says something about the conversation that is no part of it: one line, safe to print, without its newline. */
  readonly note: (line: string) => void;
  /** Show every frame that comes and goes, redacted; an answer is then written whole when it is done. */
  readonly showFrames: boolean;
  /** Answers are spoken, to this ear. Absent: they are written. */
  readonly ear?: Ear | undefined;
  /** Called with what a spoken turn was taken to be: one line, safe to print, without its newline. */
  readonly onTranscript?: (line: string) => void;
  /** Called when a turn has ended and none is waiting. */
  readonly onIdle: () => void;
}

/** What a microphone hears. */
export interface SpokenInput {
  readonly write: (samples: Int16Array) => void;
  /** Nothing more comes; `onTaken` is called when the server has taken in all of it. A turn it has begun to answer is answering then. */
  readonly end: (onTaken: () => void) => void;
}

export interface Talk {
  /** Queues a turn. A line without words is none. */
  say(line: string): void;
  /** Queues a spoken turn: 16-bit mono samples at 24 kHz. */
  speak(samples: Int16Array): void;
  /** From now on the server says when a turn is over, and answers. */
  openMicrophone(): SpokenInput;
  /** Takes in one frame from the server; whatever it holds, it does not throw. */
  handleFrame(frame: string): void;
  /** Asks to stop the answer that is running; `false` when there is none, or it has been asked already. */
  cancel(): boolean;
  readonly isAnswering: boolean;
  /** How many turns were not answered to their end, cancelled ones excepted, and how many errors came beside them. */
  readonly failures: number;
}

/** The events a conversation of lines depends on. */
const HEARD: ReadonlySet<string> = new Set<ServerEvent['type']>([
  'response.created',
  'response.output_text.delta',
  'response.output_audio_transcript.delta',
  'response.output_audio.delta',
  'response.function_call_arguments.done',
  'response.done',
  'conversation.item.input_audio_transcription.completed',
  'conversation.item.input_audio_transcription.failed',
  'input_audio_buffer.cleared',
  'input_audio_buffer.speech_started',
  'error',
]);

/** Sound of one append, in samples: a second. Servers bound both the length of a frame and how many come in a second. */
const APPEND = 24_000;
/** 16-bit mono at 24 kHz, both ways. */
const FORMAT = { type: 'audio/pcm', rate: 24_000 } as const;

interface Turn {
  /** Of the turns asked here, from 1. */
  readonly number: number;
  /** Our name for its `response.create`. */
  readonly event_id: string;
  readonly input: string | Int16Array;
}

export function createTalk({ send, write, note, showFrames, ear, onTranscript, onIdle }: TalkOptions): Talk {
  const queue = createResponseQueue<Turn>();
  const answerAudio = createAnswerAudio(FORMAT);
  /** What spoken turns were taken to be, while an answer is being written. */
  const lines: string[] = [];
  let isSpoken = false;
  let isListening = false;
  let afterAll: (() => void) | undefined;
  /** What has come of the current answer's words. */
  let text = '';
  let turns = 0;
  let cancels = 0;
  let failures = 0;

  function show(mark: '>' | '<', event: unknown): void {
    if (showFrames) write(`${mark} ${printableLine(JSON.stringify(redact(event)) ?? '')}\n`);
  }

  function tell(event: ClientEvent): void {
    show('>', event);
    send(encodeEvent(event));
  }

  function fail(line: string): void {
    failures += 1;
    note(line);
  }

  /** Sound goes both ways from now on. Once, since settings of the audio do not change again. */
  function beSpoken(): void {
    if (isSpoken) return;
    isSpoken = true;
    const turn_detection = isListening ? ({ type: 'server_vad' } as const) : null;
    const audio = {
      input: { format: FORMAT, transcription: { model: 'whisper-1' }, turn_detection },
      output: { format: FORMAT },
    };
    tell({
      type: 'session.update',
      event_id: 'talk_session',
      session: { type: 'realtime', output_modalities: [ear ? 'audio' : 'text'], audio },
    });
  }

  function append(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += APPEND) {
      const piece = samples.subarray(at, at + APPEND);
      const audio = encodeBase64(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
      tell({ type: 'input_audio_buffer.append', audio });
    }
  }

  function ask({ number, event_id: response, input }: Turn): void {
    const event_id = `talk_item_${number}`;
    if (ear || typeof input !== 'string') beSpoken();
    if (typeof input === 'string') {
      const content = [{ type: 'input_text' as const, text: input }];
      tell({ type: 'conversation.item.create', event_id, item: { type: 'message', role: 'user', content } });
    } else {
      append(input);
      tell({ type: 'input_audio_buffer.commit', event_id });
    }
    tell({
      type: 'response.create',
      event_id: response,
      response: { output_modalities: [ear ? 'audio' : 'text'] },
    });
  }

  function endTurn(): void {
    if (showFrames) write(text === '' ? '' : `${printable(text)}\n`);
    else if (text !== '' && !text.endsWith('\n')) write('\n');
    text = '';
    for (const line of lines.splice(0)) onTranscript?.(line);
    const next = queue.next();
    if (next === undefined) onIdle();
    else ask(next);
  }

  function hearTurn(line: string): void {
    // Not into the middle of an answer's line.
    if (text !== '') lines.push(line);
    else onTranscript?.(line);
  }

  function hearSound(event: Extract<ServerEvent, { type: 'response.output_audio.delta' }>): void {
    const audio = answerAudio.receive(event);
    if (!ear || !audio) return;
    const { bytes } = audio;
    ear.play(new Int16Array(bytes.slice(0, bytes.length - (bytes.length % 2)).buffer), audio);
  }

  /** The user speaks: what of the answer was not heard by now will not be. */
  function beInterrupted(): void {
    for (const truncation of answerAudio.interrupt(ear?.stop() ?? [])) tell(truncation);
  }

  function appendText(delta: string): void {
    text += delta;
    if (!showFrames) write(printable(delta));
  }

  /** Whether the current response is one that is shown: asked for here, or an answer to what the microphone heard. */
  function isShown(): boolean {
    const { current } = queue;
    return current !== null && (isListening || current.event_id !== null);
  }

  const isCurrent = (id: string): boolean => isShown() && queue.current?.response_id === id;

  function hearError({ error }: Extract<ServerEvent, { type: 'error' }>, isRefused: boolean): void {
    // The answer was done before our cancel arrived: nothing is wrong.
    if (error.code !== 'response_cancel_not_active') fail(`error: ${printableLine(error.message)}`);
    if (isRefused) endTurn();
  }

  function hearEnd({ response }: Extract<ServerEvent, { type: 'response.done' }>): void {
    const why = response.status_details;
    const reason = printableLine(why?.reason ?? why?.error?.code ?? '');
    if (!showFrames && text !== '' && response.status !== 'completed') write('\n');
    if (response.status === 'cancelled') note(why?.reason === 'turn_detected' ? '[interrupted]' : '[cancelled]');
    else if (response.status !== 'completed')
      fail(`[${printableLine(response.status ?? 'ended')}${reason && `: ${reason}`}]`);
    if (!showFrames && response.status !== 'completed') text = '';
    endTurn();
  }

  function hearEvent(event: ServerEvent): void {
    const wasShown = isShown();
    const end = queue.observe(event);
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.output_audio_transcript.delta':
        if (isCurrent(event.response_id)) appendText(event.delta);
        break;
      case 'response.output_audio.delta':
        if (isCurrent(event.response_id)) hearSound(event);
        break;
      case 'conversation.item.input_audio_transcription.completed':
        hearTurn(printableLine(event.transcript));
        break;
      case 'conversation.item.input_audio_transcription.failed':
        note(`transcription failed: ${printableLine(event.error.message ?? event.error.code ?? '')}`);
        break;
      case 'input_audio_buffer.cleared':
        afterAll?.();
        break;
      case 'input_audio_buffer.speech_started':
        if (isListening) beInterrupted();
        break;
      case 'response.function_call_arguments.done':
        if (isShown()) appendText(`[call ${event.name ?? ''} ${event.arguments}]\n`);
        break;
      case 'error':
        hearError(event, end === 'refused');
        break;
      case 'response.done':
        if (end === 'done' && wasShown) hearEnd(event);
        else if (end === 'done') endTurn();
        break;
      default:
      // Everything else confirms what we already know.
    }
  }

  function speak(input: string | Int16Array): void {
    turns += 1;
    const turn = queue.ask({ number: turns, event_id: `talk_response_${turns}`, input });
    if (turn) ask(turn);
  }

  return {
    say(line) {
      if (line.trim() !== '') speak(line);
    },
    speak,
    openMicrophone() {
      isListening = true;
      beSpoken();
      return {
        write: append,
        end(onTaken) {
          afterAll = onTaken;
          // Answered after what came before it; a turn that is still open then is none.
          tell({ type: 'input_audio_buffer.clear', event_id: 'talk_end' });
        },
      };
    },
    handleFrame(frame) {
      const decoded = decodeServerEvent(frame);
      if (!decoded.ok) {
        const line = `a frame of ${frame.length} characters is invalid: ${printableLine(decoded.issues[0].message)}`;
        const type = eventTypeOf(frame);
        // Servers differ in what we do not listen to; that spoils no conversation.
        if (type === undefined || HEARD.has(type)) fail(line);
        else if (showFrames) note(line);
        return;
      }
      show('<', decoded.value);
      if (decoded.known) hearEvent(decoded.value as ServerEvent);
    },
    cancel() {
      const cancel = queue.cancel();
      if (cancel) tell({ ...cancel, event_id: `talk_cancel_${++cancels}` });
      return cancel !== undefined;
    },
    get isAnswering() {
      return queue.current !== null;
    },
    get failures() {
      return failures;
    },
  };
}

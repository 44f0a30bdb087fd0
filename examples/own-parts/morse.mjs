// One custom part for each port, in Morse code, which needs no model. Input samples are 16-bit mono at 16 kHz.

const HZ = 16_000;
const PITCH = 600;
/** One dot, in samples; a dash is three, between signs is one, between letters three, between words seven. */
const DOT = 0.06 * HZ;
/** Samples looked at in one go: 10 ms. */
const WINDOW = HZ / 100;
const LOUD = 1000;

const CODES =
  'a.- b-... c-.-. d-.. e. f..-. g--. h.... i.. j.--- k-.- l.-.. m-- n-. o--- p.--. q--.- r.-. s... t- u..- v...- w.-- x-..- y-.-- z--..';
const CODE_OF = new Map(CODES.split(' ').map((each) => [each[0], each.slice(1)]));
const LETTER_OF = new Map([...CODE_OF].map(([letter, code]) => [code, letter]));

/** Whether each window of the samples is loud. */
const windows = (samples) =>
  Array.from({ length: Math.floor(samples.length / WINDOW) }, (_, index) =>
    samples.subarray(index * WINDOW, (index + 1) * WINDOW).some((sample) => Math.abs(sample) > LOUD),
  );

/** Words as sound. */
export function morse(words) {
  const pieces = [];
  const add = (dots, isLoud) =>
    pieces.push(
      Int16Array.from({ length: dots * DOT }, (_, at) =>
        isLoud ? 8000 * Math.sin((2 * Math.PI * PITCH * at) / HZ) : 0,
      ),
    );
  for (const letter of words.toLowerCase()) {
    for (const sign of CODE_OF.get(letter) ?? '') {
      add(sign === '-' ? 3 : 1, true);
      add(1, false);
    }
    add(letter === ' ' ? 4 : 2, false);
  }
  return Int16Array.from(pieces.flatMap((piece) => [...piece]));
}

/** Sound as words. */
export function read(samples) {
  const runs = [];
  for (const isLoud of windows(samples)) {
    if (runs.at(-1)?.isLoud === isLoud) runs.at(-1).length += WINDOW;
    else runs.push({ isLoud, length: WINDOW });
  }
  let [words, code] = ['', ''];
  const endLetter = () => {
    words += LETTER_OF.get(code) ?? '';
    code = '';
  };
  for (const { isLoud, length } of runs) {
    if (isLoud) code += length > 2 * DOT ? '-' : '.';
    else if (length > 2 * DOT) {
      endLetter();
      if (length > 5 * DOT && words !== '') words += ' ';
    }
  }
  endLetter();
  return words.trim();
}

/** Detect: somebody sends while it is loud, and has finished when it was quiet for long enough. */
export const detector = {
  name: 'loudness',
  capabilities: { usesTranscript: false },
  listen({ turnDetection, atMs, onEdge }) {
    const silenceMs = turnDetection.silence_duration_ms ?? 500;
    let rest = new Int16Array();
    let ms = atMs;
    let quietMs = 0;
    let isOpen = false;
    return {
      write(samples) {
        const all = Int16Array.from([...rest, ...samples]);
        const heard = windows(all);
        rest = all.slice(heard.length * WINDOW);
        for (const isLoud of heard) {
          if (isLoud && !isOpen) onEdge({ type: 'started', audio_ms: ms });
          isOpen ||= isLoud;
          ms += 10;
          quietMs = isLoud ? 0 : quietMs + 10;
          if (!isOpen || quietMs < silenceMs) continue;
          isOpen = false;
          onEdge({ type: 'stopped', audio_ms: ms });
        }
      },
      hint() {},
      close() {},
    };
  },
  close() {},
};

/** Transcribe. */
export const transcriber = {
  name: 'morse',
  capabilities: { streaming: false, logprobs: false, hints: false },
  open({ signal }) {
    const pieces = [];
    return {
      write: (samples) => pieces.push(...samples),
      finish: async () => ({ transcript: signal.aborted ? '' : read(Int16Array.from(pieces)) }),
    };
  },
  forget() {},
  async close() {},
};

/** Think: says it backwards. */
export const thinker = {
  name: 'backwards',
  capabilities: { tools: false, images: false },
  async *think({ context }) {
    const last = context.findLast((item) => item.type === 'message' && item.role === 'user');
    const said = last.content.map(({ text, transcript }) => text ?? transcript ?? '').join(' ');
    yield { type: 'text.delta', delta: [...said].reverse().join('') };
    yield { type: 'done' };
  },
};

/** Speak. */
export const speaker = {
  name: 'key',
  voices: ['key'],
  capabilities: { speed: false, streaming: false },
  async *speak(clause) {
    yield { samples: morse(clause), rateHz: HZ };
  },
  async close() {},
};

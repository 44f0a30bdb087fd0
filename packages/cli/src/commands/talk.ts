// `colloquy talk`: a conversation in the terminal, by lines, a pipe, audio files or the microphone.

import { createInterface } from 'node:readline';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { type Connection, connect, DEFAULT_URL, realtimeUrl } from '../connect.ts';
import { colouredHelp } from '../palette.ts';
import type { Playback } from '../playback.ts';
import { printableLine } from '../printable.ts';
import { keyFor } from '../reach.ts';
import { createSoundFile, readSound } from '../sound-files.ts';
import { loudspeaker, microphone, openLoudspeaker, openMicrophone } from '../sound-programs.ts';
import { createTalk } from '../talk.ts';
import type { Talk } from '../talk-options.ts';

const INTERRUPTED = 130;
const NORMAL_CLOSURE = 1000;
/** How long a closing server may take to say so, in milliseconds. */
const CLOSING_MS = 2000;

const HELP = `Usage: colloquy talk [URL] [options]

Type a line to send it and read the response. Ctrl-C cancels a response, Ctrl-D exits.
From a pipe, each line is one turn; it exits when all are answered.

URL defaults to ${DEFAULT_URL}

Options:
  --say <file.wav>   send this audio instead of lines, as one spoken turn; repeat it for further turns
  --save <file.wav>  request spoken responses and write their audio to this file
  --mic              use microphone and loudspeaker through pulseaudio, alsa or sox; speech interrupts the response. Use
                     headphones, because there is no echo cancellation. Ctrl-C exits
  --events           print every event received (<) and sent (>), without secrets, audio and images
  --ca <file>        trust this certificate authority (PEM), for wss:// to 'colloquy serve --tls'
  -h, --help         this text

Files are WAV with 16-bit samples. The transcript of a spoken turn is printed after >, before the response.

Environment:
  COLLOQUY_API_KEY    the key for the server; on this machine the default is the first of COLLOQUY_API_KEYS
`;

interface Conversing {
  readonly showFrames: boolean;
  readonly playback: Playback | undefined;
}

/** What a way of talking does when something happens; `leave` ends the conversation with an exit code. */
interface Manner {
  /** An answer has ended, and no turn is waiting. */
  readonly onIdle: () => void;
  /** Ctrl-C. */
  readonly onInterrupt: () => void;
  /** The conversation is over. */
  readonly onLeave: () => void;
}

/** Talks until either side ends; resolves with the exit code. */
function converse(
  { socket, listen }: Connection,
  { showFrames, playback }: Conversing,
  begin: (talk: Talk, leave: (code: number) => void) => Manner,
): Promise<number> {
  const { stdout, stderr } = process;
  let isLeaving = false;

  return new Promise((resolve) => {
    const leave = (code: number) => {
      if (isLeaving) return;
      isLeaving = true;
      process.off('SIGINT', interrupt);
      manner.onLeave();
      // A server that does not answer the close must not keep us.
      setTimeout(() => socket.terminate(), CLOSING_MS).unref();
      socket.close(NORMAL_CLOSURE, '');
      resolve(code);
    };
    const talk = createTalk({
      send: (frame) => socket.send(frame),
      write: (text) => void stdout.write(text),
      note: (line) => void stderr.write(`${line}\n`),
      onTranscript: (line) => void stdout.write(`> ${line}\n`),
      showFrames,
      playback,
      onIdle: () => {
        if (!isLeaving) manner.onIdle();
      },
    });
    const manner = begin(talk, leave);
    const interrupt = () => manner.onInterrupt();
    process.on('SIGINT', interrupt);
    listen(
      (frame) => talk.handleFrame(frame),
      (code, reason) => {
        if (!isLeaving)
          stderr.write(`the server closed the connection (${code}${reason && ` ${printableLine(reason)}`})\n`);
        leave(EXIT.failed);
      },
    );
  });
}

const resultOf = (talk: Talk) => (talk.failures > 0 ? EXIT.failed : EXIT.done);

/** Line by line, from a terminal or a pipe. */
function byLines(talk: Talk, leave: (code: number) => void): Manner {
  const { stdin, stdout, stderr } = process;
  const isTerminal = stdin.isTTY === true && stdout.isTTY === true;
  const lines = createInterface({
    input: stdin,
    ...(isTerminal && { output: stdout }),
    terminal: isTerminal,
    prompt: '> ',
  });
  let hasEnded = false;
  let hasLeft = false;
  let isWarned = false;

  const rest = () => {
    if (hasEnded) leave(resultOf(talk));
    else if (isTerminal && !hasLeft) lines.prompt();
  };
  const interrupt = () => {
    if (talk.cancel()) return;
    if (isTerminal && !isWarned && !talk.isAnswering) {
      isWarned = true;
      stderr.write('\n(Ctrl-D ends, or Ctrl-C again)\n');
      lines.prompt();
    } else leave(INTERRUPTED);
  };
  lines.on('line', (line) => {
    isWarned = false;
    talk.say(line);
    if (!talk.isAnswering) rest();
  });
  lines.on('close', () => {
    hasEnded = true;
    if (isTerminal && !hasLeft) stdout.write('\n');
    // At a terminal Ctrl-D ends; in a pipe the end of input only means that no further turn comes.
    if (isTerminal || !talk.isAnswering) leave(resultOf(talk));
  });
  lines.on('SIGINT', interrupt);
  if (isTerminal) lines.prompt();
  return {
    onIdle: rest,
    onInterrupt: interrupt,
    onLeave() {
      hasLeft = true;
      lines.close();
      stdin.pause();
    },
  };
}

/** Each file of sound is a turn. */
const byFiles =
  (sounds: readonly Int16Array[]) =>
  (talk: Talk, leave: (code: number) => void): Manner => {
    // Later: what is sent first comes after what the server says first.
    queueMicrotask(() => {
      for (const samples of sounds) talk.speak(samples);
    });
    return {
      onIdle: () => leave(resultOf(talk)),
      onInterrupt: () => {
        if (!talk.cancel()) leave(INTERRUPTED);
      },
      onLeave: () => {},
    };
  };

/** Aloud, until the microphone ends or Ctrl-C. */
const byMicrophone =
  (program: ReturnType<typeof microphone>) =>
  (talk: Talk, leave: (code: number) => void): Manner => {
    let hasEnded = false;
    const input = talk.openMicrophone();
    const recording = openMicrophone(program, input.write, (fault) => {
      if (fault) {
        process.stderr.write(`the microphone stopped: ${printableLine(fault)}\n`);
        return leave(EXIT.failed);
      }
      input.end(() => {
        hasEnded = true;
        if (!talk.isAnswering) leave(resultOf(talk));
      });
    });
    return {
      onIdle: () => {
        if (hasEnded) leave(resultOf(talk));
      },
      onInterrupt: () => leave(resultOf(talk)),
      onLeave: recording.close,
    };
  };

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'talk',
    args,
    {
      say: { type: 'string', multiple: true },
      save: { type: 'string' },
      mic: { type: 'boolean' },
      events: { type: 'boolean' },
      ca: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
    1,
  );
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const { say = [], mic = false } = values;
  if (mic && say.length > 0) throw misused('--mic and --say exclude each other');
  const url = realtimeUrl(positionals[0] ?? DEFAULT_URL);
  // All that can be wrong on this side is said before anything is opened.
  const recorder = mic ? microphone() : undefined;
  const player = mic ? openLoudspeaker(loudspeaker()) : undefined;
  const sounds: Int16Array[] = [];
  for (const path of say) sounds.push(await readSound(path));
  const file = values.save === undefined ? undefined : createSoundFile(values.save);

  const connection = await connect(url, { key: keyFor(url, process.env), caFile: values.ca });
  if (recorder) process.stderr.write(`talking to ${url.origin}; speak, Ctrl-C exits\n`);
  else if (process.stdin.isTTY && sounds.length === 0)
    process.stderr.write(`talking to ${url.origin}; Ctrl-C cancels a response, Ctrl-D exits\n`);
  const playback: Playback | undefined = (player || file) && {
    play(samples, part) {
      file?.add(samples);
      player?.play(samples, part);
    },
    stop: () => player?.stop() ?? [],
  };
  const manner = recorder ? byMicrophone(recorder) : sounds.length > 0 ? byFiles(sounds) : byLines;
  const code = await converse(connection, { showFrames: values.events === true, playback }, manner);
  file?.save();
  await player?.close();
  return code;
}

export const talk: Command = { help: HELP, run };
